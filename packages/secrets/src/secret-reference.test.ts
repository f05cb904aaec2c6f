import { describe, expect, it } from "vitest";
import { parseSecretReference } from "./secret-reference.ts";

const KEY = "sk-proj-0123456789abcdefghij";

describe("a reference to a secret", () => {
  it.each([
    ["env:OPENAI_API_KEY", "env", "OPENAI_API_KEY"],
    ["file:./secrets/key", "file", "./secrets/key"],
    ["file:C:\\secrets\\key", "file", "C:\\secrets\\key"],
    ["cmd:pass show 'work/openai: key'", "cmd", "pass show 'work/openai: key'"],
    ["keychain:openai/me@example.org", "keychain", "openai/me@example.org"],
  ])("says of what scheme it is, and the rest: %s", (text, scheme, rest) => {
    expect(parseSecretReference(text)).toEqual({ scheme, rest });
  });

  it.each([
    ["nothing", ""],
    ["a key", KEY],
    ["a key behind a scheme", `env:${KEY}`],
    ["a key in a command", `cmd:echo '${KEY}'`],
    ["a key that is given to something", `cmd:KEY=${KEY} print`],
    ["a private key in a command", "cmd:echo '-----BEGIN PRIVATE KEY----- MIIE'"],
    ["a password", "correct horse battery staple"],
    ["a name without a scheme", "OPENAI_API_KEY"],
    ["a scheme without anything", "env:"],
    ["a scheme in capitals", "ENV:hunter2"],
    ["several lines", "env:NAME\nhunter2"],
    ["white space at an end", "env:NAME "],
    ["a text that begins with a space", " env:NAME"],
  ])("is not %s, and what it is instead is not told", (_, text) => {
    const error = failureOf(text);
    expect(error).toMatchObject({ code: "SECRET_REFERENCE_INVALID" });
    expect(String(error)).toContain("env:NAME, file:path, cmd:command");
    for (const word of text.split(/\W+/).filter((word) => !["", "env", "cmd", "NAME"].includes(word))) {
      expect(JSON.stringify([String(error), error])).not.toContain(word);
    }
  });
});

function failureOf(text: string): unknown {
  try {
    return expect.fail(JSON.stringify(parseSecretReference(text)));
  } catch (error) {
    return error;
  }
}
