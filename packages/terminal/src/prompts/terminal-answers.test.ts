import type { Json } from "@dad/protocol";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { terminalAnswers } from "./terminal-answers.ts";
import { answeredByLines, requestFor, terminalOf } from "./testing-terminal.ts";

function schemaOf(schema: z.ZodType): { readonly schema: Record<string, Json> } {
  return { schema: z.toJSONSchema(schema, { io: "input" }) as Record<string, Json> };
}

async function answer(schema: z.ZodType, lines: readonly string[], more: object = {}): Promise<Json | undefined> {
  return (await answeredByLines({ ...schemaOf(schema), ...more }, lines)).answer;
}

const never = new AbortController().signal;
const SEND = "y";

describe("terminalAnswers", () => {
  it("asks for a text, a number, yes or no, and one of some values", async () => {
    expect(await answer(z.string(), ["hello"])).toBe("hello");
    expect(await answer(z.int().min(3), ["two", "2", "1.5", "3"])).toBe(3);
    expect(await answer(z.number(), ["-1.5e3"])).toBe(-1500);
    expect(await answer(z.boolean(), ["maybe", "y"])).toBe(true);
    expect(await answer(z.enum(["red", "blue"]), ["3", "2"])).toBe("blue");
    expect(await answer(z.union([z.literal("all"), z.literal(7), z.null()]), ["2"])).toBe(7);
  });

  it("asks for choices by their labels, of a list for any number of them", async () => {
    const choices = [
      { value: { id: 1 }, label: "First" },
      { value: { id: 2 }, label: "Second", hint: "better" },
    ];
    const { answer: one, shown } = await answeredByLines({ ...schemaOf(z.object({ id: z.int() })), choices }, ["2"]);
    expect(one).toEqual({ id: 2 });
    expect(shown).toContain("2) Second (better)");
    expect(await answer(z.array(z.object({ id: z.int() })).min(1), ["", "1 2"], { choices })).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it("does not show what is secret, whatever it is", async () => {
    for (const [schema, written, meant] of [
      [z.string(), "s3cret", "s3cret"],
      [z.int().nullable(), "733333", 733_333],
      [z.object({ token: z.string() }), '{"token":"s3cret"}', { token: "s3cret" }],
    ] as const) {
      const { answer: given, shown } = await answeredByLines({ ...schemaOf(schema), as: "secret" }, [written]);
      expect(given).toEqual(meant);
      expect(shown).not.toMatch(/s3cret|733333/);
    }
  });

  it("fills a form in the order of its members, and leaves out what may be", async () => {
    const form = z.object({
      name: z.string().describe("As in the passport."),
      nick: z.string().optional(),
      size: z.enum(["s", "m"]).optional(),
      place: z.object({ city: z.string(), zip: z.string().default("00000") }),
      loud: z.boolean().optional(),
    });
    const { answer: given, shown } = await answeredByLines(schemaOf(form), ["Ann", "", "1", "Bern", "", "2", SEND]);
    expect(given).toEqual({ name: "Ann", place: { city: "Bern", zip: "00000" }, loud: true });
    expect(shown).toContain("As in the passport.");
    expect(shown).toContain("place.city");
    expect(shown).toContain("default: 00000");
  });

  it("lets somebody choose first which members to give, when many may be left out", async () => {
    const many = z.object(Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, z.string().optional()])));
    expect(await answer(many, ["2 5", "x", "y", SEND])).toEqual({ b: "x", e: "y" });
  });

  it("shows the whole before it is sent, and asks again with what was given when that is not it", async () => {
    const form = z.object({ name: z.string(), age: z.int() });
    expect(await answer(form, ["Ann", "7", "n", "", "8", SEND])).toEqual({ name: "Ann", age: 8 });
  });

  it("takes items until there are no more", async () => {
    expect(await answer(z.array(z.string()).min(1), ["one", "two", "", SEND])).toEqual(["one", "two"]);
    expect(await answer(z.array(z.object({ x: z.int() })).max(2), ["y", "1", "y", "2", SEND])).toEqual([{ x: 1 }, { x: 2 }]);
    expect(await answer(z.array(z.enum(["x", "y", "z"])), ["1,3"])).toEqual(["x", "z"]);
    expect(await answer(z.record(z.string(), z.int()), ["a", "1", "2", "b", "2", "1", SEND])).toEqual({ a: 1, b: 2 });
  });

  it("asks which form it is, when there are several, and then for that", async () => {
    const kinds = z.discriminatedUnion("type", [
      z.object({ type: z.literal("move"), from: z.string(), to: z.string() }),
      z.object({ type: z.literal("delete"), path: z.string() }).describe("For good."),
    ]);
    const { answer: given, shown } = await answeredByLines(schemaOf(kinds), ["2", "a.txt", SEND]);
    expect(given).toEqual({ type: "delete", path: "a.txt" });
    expect(shown).toContain("1) move");
    expect(shown).toContain("2) delete (For good.)");
    expect(await answer(z.union([z.string(), z.array(z.string())]).nullable(), ["1", "x", SEND])).toBe("x");
    expect(await answer(z.union([z.string(), z.array(z.string())]).nullable(), ["3", SEND])).toBeNull();
  });

  it("takes JSON for everything else, and what is said of a schema elsewhere", async () => {
    expect(await answer(z.unknown(), ["{", '{"a":[1]}'])).toEqual({ a: [1] });
    expect(await answer(z.tuple([z.string(), z.int()]), ['["a"]', '["a",1]'])).toEqual(["a", 1]);
    const Tree = z.object({
      name: z.string(),
      get below() {
        return z.array(Tree).optional();
      },
    });
    expect(await answer(Tree, ["root", "y", "y", "leaf", "", "", SEND])).toEqual({ name: "root", below: [{ name: "leaf" }] });
  });

  it("takes several lines, and texts from an editor, without what it says above them", async () => {
    expect(await answer(z.string(), [":lines", "one", "", "two", "."])).toBe("one\n\ntwo");
    const editor = vi.fn<(text: string) => Promise<string>>(async (text) => `${text}from the editor\n\nas it is\n`);
    const { answer: edited } = await answeredByLines({ ...schemaOf(z.string()), as: "editor" }, [":edit"], { editor });
    expect(edited).toBe("from the editor\n\nas it is");
    expect(editor.mock.calls[0]?.[0]).toContain("What shall it be?");
  });

  it("has no answer when somebody does not want to, the editor fails or nothing is written in it", async () => {
    const asked = { ...schemaOf(z.string()), as: "editor" };
    const { answer: none, shown } = await answeredByLines(asked, [":later"], { later: ({ id }) => `dad answer ${id}` });
    expect(none).toBeUndefined();
    expect(shown).toContain("dad answer agent.ask:plan");
    expect((await answeredByLines(asked, [":edit"], { editor: async () => undefined })).answer).toBeUndefined();
    expect((await answeredByLines(asked, [":edit"], { editor: async (text) => text })).answer).toBeUndefined();
  });

  it("shows what acts on a terminal as it is written", async () => {
    const evil = "\u001b]0;owned\u0007\u202e";
    const schema = { type: "object", title: evil, properties: { [`a${evil}`]: { type: "string", description: evil } }, required: [`a${evil}`] };
    const { shown } = await answeredByLines({ prompt: `do it${evil}`, schema }, ["x", SEND]);
    // oxlint-disable-next-line no-control-regex -- what it looks for
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(shown).toContain(String.raw`do it\x1b]0;owned`);
  });

  it("asks one after the other, keeps progress still meanwhile, and does not ask what needs no answer any more", async () => {
    const { input, output, shown } = terminalOf(["one", "three"], { prompt: /> $/, end: "\n" });
    let paused = 0;
    const pausedAtQuestions: number[] = [];
    const write = output.write.bind(output);
    output.write = (text: unknown) => {
      if (String(text).endsWith("> ")) pausedAtQuestions.push(paused);
      return write(String(text));
    };
    const progress = { pause: () => ((paused += 1), { [Symbol.dispose]: () => void (paused -= 1) }) };
    const answers = terminalAnswers({ input, output, term: "dumb", interrupt() {}, progress });
    const gone = new AbortController();
    const all = ["first", "second", "third"].map((prompt, at) =>
      answers(requestFor({ prompt, ...schemaOf(z.string()) }), { signal: at === 1 ? gone.signal : never }),
    );
    gone.abort();
    expect(await Promise.all(all)).toEqual(["one", undefined, "three"]);
    expect(shown()).not.toContain("second");
    expect(shown().indexOf("third")).toBeGreaterThan(shown().indexOf("one"));
    expect(pausedAtQuestions).toEqual([1, 1]);
    expect(paused).toBe(0);
  });

  it("has no answer when the terminal is closed", async () => {
    const { input, output } = terminalOf([], { prompt: /> $/, end: "\n" });
    const answers = terminalAnswers({ input, output, term: "dumb", interrupt() {} });
    const asked = answers(requestFor(schemaOf(z.string())), { signal: never });
    input.end();
    expect(await asked).toBeUndefined();
    expect(await answers(requestFor(schemaOf(z.string())), { signal: never })).toBeUndefined();
  });
});
