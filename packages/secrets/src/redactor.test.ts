import type { Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { redactor } from "./redactor.ts";

const VALUE = "hunter2-hunter2";
const MARK = "[secret env:KEY]";
const knowing = (value: string, name = "env:KEY") => redactor([{ name, value }]);
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a redactor", () => {
  it("puts the reference in the place of the value", () => {
    expect(knowing(VALUE).text(`key = "${VALUE}", and ${VALUE}.`)).toBe(`key = "${MARK}", and ${MARK}.`);
  });

  it("knows nothing of what is shorter than 8 bytes", () => {
    const redact = knowing(" 1234567\n");
    expect(redact.secrets).toEqual([]);
    expect(redact.text("1234567")).toBe("1234567");
    expect(knowing("12345678").text("12345678")).toBe(MARK);
    expect(knowing("鍵鍵鍵").text("鍵鍵鍵!")).toBe(`${MARK}!`);
  });

  it("leaves white space around a value aside", () => {
    expect(knowing(`  ${VALUE}\n`).text(`x=${VALUE};`)).toBe(`x=${MARK};`);
  });

  it.each([
    ["JSON", 'a "quoted" one', (text: string) => JSON.stringify({ key: text })],
    ["JSON in JSON", 'a "quoted" \\ one', (text: string) => JSON.stringify({ body: JSON.stringify({ key: text }) })],
    ["JSON of Python", "schlüssel 🔑", () => String.raw`{"key":"schl\u00fcssel \ud83d\udd11"}`],
    ["JSON of PHP", "path/to/key", () => String.raw`{"key":"path\/to\/key"}`],
    ["JSON of Go", "<a&b>c=d-e", () => String.raw`{"key":"\u003ca\u0026b\u003ec=d-e"}`],
    ["JSON of .NET", 'a+b&"c"\\ü', () => String.raw`{"key":"a\u002Bb\u0026\u0022c\u0022\\\u00FC"}`],
    ["a URL", "a+b/c=d&e f!", (text: string) => `https://example.org/?key=${encodeURIComponent(text)}`],
    ["a form", "a+b/c=d&e f!", (text: string) => new URLSearchParams({ key: text }).toString()],
    ["a URL of others", "a+b/c=d&e f!", () => "key=a%2bb%2fc%3dd%26e%20f!"],
    ["base64", VALUE, (text: string) => `Authorization: Basic ${base64(`user:${text}`)}`],
    ["base64 of URLs", "schlüssel???>>>", (text: string) => Buffer.from(`a ${text} b`).toString("base64url")],
    ["base64 in a URL", "ooo???>>>~~~", (text: string) => encodeURIComponent(base64(`1${text}2`))],
    ["base64 in JSON of PHP", "ooo???>>>~~~", (text: string) => base64(`1${text}2`).replaceAll("/", String.raw`\/`)],
    ["hexadecimal", VALUE, (text: string) => Buffer.from(`a${text}b`).toString("hex")],
    ["hexadecimal in capitals", VALUE, (text: string) => Buffer.from(`a${text}b`).toString("hex").toUpperCase()],
  ])("finds a value in %s", (_, value, write) => {
    const [before, after] = ["before ", " after"];
    const redacted = knowing(value).text(before + write(value) + after);
    expect(redacted).toContain(MARK);
    expect(redacted.startsWith(before) && redacted.endsWith(after)).toBe(true);
  });

  it.each([
    ["the credentials of a header", `Bearer ${VALUE}`, VALUE],
    ["what a header has for a user and a password", `Basic ${base64(`user:${VALUE}`)}`, base64(`user:${VALUE}`)],
    ["the password of an address", `postgres://somebody:${VALUE}@db.example:5432/x`, VALUE],
    ["the same, escaped and not", "amqps://somebody:a%2Fb%40c-0123@mq.example", "a%2Fb%40c-0123 a/b@c-0123"],
    ["a password that a vault gives as JSON", JSON.stringify({ username: "somebody", password: VALUE }), `${VALUE} ${base64(`somebody:${VALUE}`)}`],
    [
      "a line of a key in JSON",
      JSON.stringify({ type: "t", private_key: `-----BEGIN X-----\n${"k7".repeat(20)}\n-----END X-----\n` }),
      "k7".repeat(20),
    ],
  ])("finds %s alone, also as others write it", (_, value, written) => {
    const redact = knowing(value);
    for (const text of [written, JSON.stringify({ written })]) expect(redact.text(text)).toContain(MARK);
    expect(redact.text(written)).not.toMatch(/hunter2|k7k7|0123|dXNlcj/);
    expect(redact.text(value)).toBe(MARK);
  });

  it("takes no user, no place and no mere word of a secret for a secret", () => {
    expect(knowing("postgres://somebody:password@database.example/x").text("password of somebody at database.example")).not.toContain(MARK);
    expect(knowing(JSON.stringify({ username: "somebody-else", password: VALUE })).text("somebody-else")).toBe("somebody-else");
  });

  it.each([
    ["line breaks", "\n"],
    ["those of Windows", "\r\n"],
    ["indented lines", "\n    "],
    ["lines with white space behind them", " \t\n"],
    ["line breaks in JSON", String.raw`\n`],
    ["those in JSON in JSON", String.raw`\\n`],
  ])("finds base64 that was broken into lines: %s", (_, lineBreak) => {
    const lines = base64(`${"x".repeat(50)}${VALUE}${"y".repeat(50)}`).match(/.{1,20}/g) ?? [];
    const redacted = knowing(VALUE).text(`data: ${lines.join(lineBreak)}`);
    const marked = lines.slice(0, 3).join(lineBreak);
    expect(redacted).toContain(MARK);
    expect(redacted.startsWith(`data: ${marked}`)).toBe(true);
    expect(redacted.replaceAll(/\\*n|\s/g, "")).not.toContain(lines.slice(3, 5).join("").slice(8, 20));
  });

  it("finds a value of several lines however its lines are broken, and its long lines alone", () => {
    const body = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"];
    const value = `-----BEGIN KEY-----\n${body.join("\n")}\n-----END KEY-----\n`;
    const redact = knowing(value);
    for (const written of [
      value.trim(),
      value.trim().replaceAll("\n", "\r\n"),
      value.trim().replaceAll("\n", String.raw`\n`),
      value.trim().replaceAll("\n", "\n   "),
    ]) {
      expect(redact.text(`key: ${written};`)).toBe(`key: ${MARK};`);
    }
    expect(redact.text(`head: ${body[0]}`)).toBe(`head: ${MARK}`);
    expect(redact.text("-----BEGIN KEY-----")).toBe("-----BEGIN KEY-----");
  });

  it("gives what is in several secrets the mark of the longest", () => {
    const url = `postgres://user:${VALUE}@example.org`;
    const redact = redactor([
      { name: "env:PASSWORD", value: VALUE },
      { name: "env:URL", value: url },
      { name: "env:TAIL", value: "example.org/with/a/long/path/that/nobody/reads" },
    ]);
    expect(redact.text(`${url} ${VALUE}`)).toBe("[secret env:URL] [secret env:PASSWORD]");
    expect(redact.text(`to ${url}/with/a/long/path/that/nobody/reads!`)).toBe("to [secret env:TAIL]!");
    expect(redact.text(VALUE + VALUE)).toBe("[secret env:PASSWORD][secret env:PASSWORD]");
  });

  it("gives the same value of two secrets the mark of the first", () => {
    const redact = redactor(["env:GH_TOKEN", "env:GITHUB_TOKEN"].map((name) => ({ name, value: VALUE })));
    expect(redact.text(VALUE)).toBe("[secret env:GH_TOKEN]");
  });

  it("takes out also what becomes known later", () => {
    const redact = redactor();
    // Also for who has its members in an object of their own.
    const copy = { ...redact };
    expect(copy.text(VALUE)).toBe(VALUE);
    redact.add({ name: "env:KEY", value: VALUE });
    redact.add({ name: "env:KEY", value: VALUE });
    expect(copy.text(VALUE)).toBe(MARK);
    redact.add({ name: "env:OTHER", value: "another value" });
    expect(copy.text(`${VALUE} another value`)).toBe(`${MARK} [secret env:OTHER]`);
    expect(Buffer.from(copy.bytes(Buffer.from(VALUE))).toString()).toBe(MARK);
    redact.add({ name: "env:THIRD", value: "a third value" });
    expect(Buffer.from(copy.bytes(Buffer.from("a third value"))).toString()).toBe("[secret env:THIRD]");
    expect(copy.secrets.map(({ name }) => name)).toEqual(["env:KEY", "env:OTHER", "env:THIRD"]);
  });
});

describe("a mark", () => {
  it("stays as it is, whatever other secret is a part of it", () => {
    const redact = redactor([
      { name: "env:THE_API_KEY", value: VALUE },
      { name: "env:ODD", value: "THE_API_" },
      { name: "env:ODDER", value: "cret env" },
    ]);
    expect(redact.text(`${VALUE} in [secret env:THE_API_KEY]`)).toBe("[secret] in [secret]");
    expect(redact.text("THE_API_, secret env")).toBe("[secret], se[secret]");
    const other = redactor([
      { name: "env:KEY", value: VALUE },
      { name: "env:ODD", value: "y:KEY] and" },
    ]);
    expect(other.text(`[secret env:KEY] and ${VALUE}`)).toBe(`${MARK} and ${MARK}`);
  });

  it("does not have the secret in it, also where its reference has", () => {
    for (const name of [`cmd:echo ${VALUE}`, `cmd:echo ${base64(VALUE)} | base64 -d`]) {
      expect(knowing(VALUE, name).text(`x ${VALUE} y`)).toBe("x [secret] y");
    }
  });

  it("can stand in JSON, whatever the reference", () => {
    const redact = knowing(VALUE, `cmd:sh -c "echo \\"a\\"" \n # ${"long ".repeat(50)}`);
    const [mark] = JSON.parse(redact.text(JSON.stringify([VALUE]))) as string[];
    expect(mark).toMatch(/^\[secret cmd:sh -c 'echo .*…\]$/);
    expect(redact.text(mark ?? "")).toBe(mark);
  });
});

describe("redacted JSON", () => {
  const redact = redactor([
    { name: "env:KEY", value: VALUE },
    { name: "env:PIN", value: "12345678" },
  ]);

  it("is the same value where there is nothing to take out, also in its parts", () => {
    const part = { of: ["it", 1, null, true, { deep: "x".repeat(100) }], marked: MARK };
    expect(redact.json(part)).toBe(part);
    const redacted = redact.json({ part, key: VALUE });
    expect(redacted).toEqual({ part, key: MARK });
    expect(redacted.part).toBe(part);
    expect(redactor().json(part)).toBe(part);
  });

  it("has no secret in texts and names of members, however deep", () => {
    expect(redact.json([{ [`${VALUE}!`]: [`a ${VALUE}`] }])).toEqual([{ [`${MARK}!`]: [`a ${MARK}`] }]);
    let deep: Json = VALUE;
    for (let depth = 0; depth < 499; depth += 1) deep = depth % 2 === 0 ? [deep] : { deep };
    expect(JSON.stringify(redact.json(deep))).toContain(MARK);
  });

  it("has a mark for a number that is a secret, and not for one with the same digits in it", () => {
    expect(redact.json({ pin: 12_345_678, more: 912_345_678, text: "no 912345678" })).toEqual({
      pin: "[secret env:PIN]",
      more: 912_345_678,
      text: "no 9[secret env:PIN]",
    });
  });

  it("loses no member when two have the same name then, in whatever order they are", () => {
    const members: [string, Json][] = [
      [VALUE, 1],
      [base64(VALUE).replace("=", ""), 2],
      [MARK, 3],
      [Buffer.from(VALUE).toString("hex"), 4],
    ];
    const one = redact.json(Object.fromEntries(members));
    const other = redact.json(Object.fromEntries(members.toReversed()));
    expect(one).toEqual(other);
    expect(new Set(Object.values(one))).toEqual(new Set([1, 2, 3, 4]));
    expect(Object.keys(one)).toEqual(expect.arrayContaining([MARK, `${MARK} (2)`, `${MARK} (3)`]));
    expect(JSON.stringify(one)).not.toContain(VALUE);
  });

  it("has members of any name", () => {
    const value = JSON.parse(`{"__proto__":{"a":"${VALUE}"},"constructor":1}`) as Json;
    expect(JSON.stringify(redact.json(value))).toBe(`{"__proto__":{"a":"${MARK}"},"constructor":1}`);
  });
});

describe("redacted bytes", () => {
  it("are the same bytes where there is nothing to take out", () => {
    const content = Buffer.alloc(
      3_000_000,
      Uint8Array.from({ length: 251 }, (_, at) => at),
    );
    expect(knowing(VALUE).bytes(content)).toBe(content);
    expect(redactor().bytes(content)).toBe(content);
  });

  it("are otherwise what they were, whatever they are", () => {
    const around = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
    const content = Buffer.concat([around, Buffer.from("schlüssel-🔑"), around]);
    const redacted = knowing("schlüssel-🔑").bytes(content);
    expect(Buffer.from(redacted)).toEqual(Buffer.concat([around, Buffer.from(MARK), around]));
  });

  it("have marks in UTF-16 where they are in UTF-16", () => {
    const content = Buffer.from(`\ufeffkey: ${VALUE}!`, "utf16le");
    expect(Buffer.from(knowing(VALUE).bytes(content)).toString("utf16le")).toBe(`\ufeffkey: ${MARK}!`);
    expect(
      Buffer.from(knowing(VALUE).bytes(Buffer.from(content).swap16()))
        .swap16()
        .toString("utf16le"),
    ).toBe(`\ufeffkey: ${MARK}!`);
  });

  it("hide a secret also where large content is looked at in pieces", () => {
    const content = Buffer.alloc(3 * 2 ** 20, "x");
    for (const at of [2 ** 20 - 7, 2 ** 21 - 1]) content.write(VALUE, at);
    expect(Buffer.from(knowing(VALUE).bytes(content)).toString()).toBe(content.toString().replaceAll(VALUE, MARK));
  });
});

describe("a redacted stream", () => {
  it("holds back what may be the beginning of a secret, and nothing else", () => {
    const stream = knowing(VALUE).stream();
    expect(stream.push("we went.")).toBe("we went.");
    expect(stream.push(" hunt")).toBe(" ");
    expect(stream.push("ing, hunter2-")).toBe("hunting, ");
    expect(stream.push("hunter")).toBe("");
    expect(stream.push("2, and hunter")).toBe(`${MARK}, and `);
    expect(stream.end()).toBe("hunter");
    expect(stream.end()).toBe("");
  });

  it("holds back a secret that may be the beginning of a longer one", () => {
    const redact = redactor([
      { name: "env:SHORT", value: VALUE },
      { name: "env:LONG", value: `${VALUE}-and-more` },
    ]);
    const [one, other] = [redact.stream(), redact.stream()];
    expect([one.push(VALUE), one.push("-and"), one.push("-less")]).toEqual(["", "", "[secret env:SHORT]-and-less"]);
    expect([other.push(`${VALUE}-and-`), other.push("more")]).toEqual(["", "[secret env:LONG]"]);
  });

  it("reads a backslash with what comes after it", () => {
    const redact = knowing("ncdefghij");
    const stream = redact.stream();
    expect(stream.push("x\\") + stream.push("ncd\nefghij") + stream.end()).toBe(redact.text("x\\ncd\nefghij"));
  });

  it("finds also what became known since it began", () => {
    const redact = redactor();
    const [stream, bytes] = [redact.stream(), redact.byteStream()];
    expect(stream.push("hunter2-")).toBe("hunter2-");
    expect(Buffer.from(bytes.push(Buffer.from("a"))).toString()).toBe("a");
    redact.add({ name: "env:KEY", value: VALUE });
    expect(stream.push(VALUE) + stream.end()).toBe(MARK);
    expect(Buffer.concat([bytes.push(Buffer.from(VALUE)), bytes.end()]).toString()).toBe(MARK);
  });
});
