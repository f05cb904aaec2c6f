import { InputRequest } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { unpainted } from "./paint.ts";
import { inputsText } from "./inputs-text.ts";
import { fittingText, requestLines } from "./request-text.ts";

const request = InputRequest.parse({
  id: "main.review:approve",
  path: "main.review",
  key: "approve",
  prompt: "Publish this?\n# Draft\u001b[2J",
  schema: { type: "boolean" },
  question: `sha256:${"0".repeat(64)}`,
});

describe("fittingText", () => {
  const choice = (label: string, hint?: string) => ({ value: label, label, ...(hint === undefined ? {} : { hint }) });
  const many = Array.from({ length: 10 }, (_, at) => choice(`c${at}`));

  it.each([
    [{ schema: { type: "boolean" } }, "yes or no (--yes, --no)"],
    [{ schema: { type: "string" } }, "a text (--text, --file)"],
    [{ schema: { type: "string" }, choices: [choice("patch"), choice("major", "breaks")] }, "patch or major (breaks) (--choice)"],
    [{ schema: { type: "array" }, choices: [choice("a"), choice("b"), choice("c")] }, "any of a, b and c (--choice, repeated)"],
    [{ schema: {}, choices: many }, "c0, c1, c2, c3, c4, c5, c6, c7, … or 2 more (--choice)"],
    [{ schema: { enum: ["a", 1] } }, "a or 1 (--choice)"],
    [
      { schema: { type: "object", properties: { a: { type: "integer" }, tags: {}, title: {} }, required: ["title", "a"] } },
      "{ title: any JSON, a: integer, tags?: any JSON } (--value, --file)",
    ],
    [{ schema: { type: "string" }, as: "secret" as const }, "a secret: it is written nowhere, and given to dad resume in a terminal"],
  ])("says of %j what answers it, and how", (asks, text) => {
    expect(fittingText(asks)).toBe(text);
  });
});

describe("requestLines", () => {
  it("say in short what is asked, what answers it, and until when", () => {
    expect(requestLines({ ...request, expiresAt: "2026-11-27T12:00:00.000Z", onTimeout: "deny" }, { paint: unpainted })).toEqual([
      "main.review:approve: Publish this? # Draft\\x1b[2J",
      "  yes or no (--yes, --no)",
      "  until 2026-11-27 12:00:00Z, then the answer is no",
    ]);
    expect(requestLines({ ...request, prompt: "x".repeat(300) }, { paint: unpainted })[0]).toHaveLength(222);
  });
});

describe("inputsText", () => {
  const by = { channel: "cli", who: "ada", at: "2026-11-26T11:00:00.000Z" };
  const context = {
    paint: unpainted,
    answer: (run: string, id: string) => `dad answer ${run} ${id}`,
    resume: (run: string) => `dad resume ${run}`,
    now: Date.parse("2026-11-26T12:00:00.000Z"),
  };
  const open = { runId: "r" as never, status: "waiting" as const, request };

  it("shows the whole of what is asked, run by run, with the command that answers it or, when that was done, goes on", () => {
    const answer = { value: true, by };
    const early = { runId: "r" as never, request: "main.late:x" as never, answer };
    const report = { format: "dad.inputs/1" as const, inputs: [open, { ...open, runId: "s" as never, answer }], early: [early] };
    expect(inputsText(report, context).split("\n")).toEqual([
      "run r waiting",
      "  main.review:approve:",
      "    │ Publish this?",
      "    │ # Draft\\x1b[2J",
      "    yes or no (--yes, --no)",
      "    dad answer r main.review:approve",
      "  main.late:x is answered by ada (cli) at 2026-11-26 11:00:00Z, and not asked yet: the answer is kept",
      "run s waiting",
      "  main.review:approve:",
      "    │ Publish this?",
      "    │ # Draft\\x1b[2J",
      "    yes or no (--yes, --no)",
      "    answered by ada (cli) at 2026-11-26 11:00:00Z, and not taken yet: dad resume s",
    ]);
  });

  it("sends who is too late to the command that lets the run go on, and leaves what may be answered still", () => {
    const shown = (more: object) =>
      inputsText({ format: "dad.inputs/1", inputs: [{ ...open, request: { ...request, ...more } }], early: [] }, context);
    const late = { expiresAt: "2026-11-26T11:59:59.000Z" };
    expect(shown(late)).toMatch(/\n {4}expired, which the run finds when it goes on: dad resume r$/);
    expect(shown({ ...late, onTimeout: "wait" })).toMatch(/\n {4}dad answer r main.review:approve$/);
    expect(shown({ expiresAt: "2026-11-26T12:00:01.000Z" })).toMatch(/\n {4}dad answer r main.review:approve$/);
  });

  it("sends who has a secret to whoever goes on with the run", () => {
    const report = { format: "dad.inputs/1" as const, inputs: [{ ...open, request: { ...request, as: "secret" as const } }], early: [] };
    expect(inputsText(report, context)).toMatch(/\n {4}dad resume r$/);
  });
});
