import type { NodeContext, Question } from "@dad/agent";
import { scriptedModel } from "@dad/resources/scripted";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { runNode, testingContext } from "../testing-context.ts";
import { askModel } from "./ask-model.ts";
import { defineTool, type ToolOptions } from "./tool.ts";

const Mail = z.object({ to: z.string(), text: z.string().default("") });

interface Asked {
  readonly approval: NonNullable<ToolOptions<typeof Mail>["approval"]>;
  readonly calls: readonly (readonly object[])[];
  readonly answer?: (question: Question) => unknown;
  readonly steps?: Map<string, unknown>;
}

/** A model that calls `mail` with these inputs, one list for each reply. */
async function ask({ approval, calls, answer, steps }: Asked) {
  const sent: string[] = [];
  const questions: Question[] = [];
  const mail = defineTool({ name: "mail", description: "d", input: Mail, approval, execute: ({ to }) => void sent.push(to) });
  const writer = scriptedModel([...calls.map((inputs) => ({ toolCalls: inputs.map((input) => ({ tool: "mail", input })) })), "Done."] as never);
  const given = (question: Question): unknown => (questions.push(question), answer?.(question));
  const { context, spans } = testingContext({ models: { writer }, earlier: { answer: given, ...(steps ? { steps } : {}) } });
  await runNode(askModel({ model: "writer", prompt: "Write to them." }, { tools: [mail] }), context);
  const results = writer.requests.flatMap(({ messages }) => {
    const last = messages.at(-1);
    return last?.role === "tool" ? last.content : [];
  });
  return { sent, questions, results, spans };
}

describe("a tool that has to be approved of", () => {
  it("is executed when somebody approves, who is shown what it is called with", async () => {
    const { sent, questions, spans } = await ask({ approval: true, calls: [[{ to: "a" }]], answer: () => "approve" });
    expect(sent).toEqual(["a"]);
    expect(questions).toMatchObject([
      { key: "approve_mail", prompt: 'The model calls the tool mail, with:\n{\n  "to": "a"\n}\n\nApprove call 1.1?' },
    ]);
    expect(questions[0]?.choices).toMatchObject([{ value: "approve" }, { value: "approve_all" }, { value: "deny" }, { value: "explain" }]);
    expect(spans[1]).toMatchObject({ name: "execute_tool mail", attributes: { "dad.tool.approval": "approved" } });
  });

  it("is shown with what nobody sees, or what reorders what is seen, in what it is called with", async () => {
    const { sent, questions } = await ask({ approval: true, calls: [[{ to: "a\u200b\u202eb\u2028\u{e0041}c" }]], answer: () => "approve" });
    expect(questions[0]?.prompt).toContain(String.raw`"to": "a\u200b\u202eb\u2028\udb40\udc41c"`);
    expect(sent).toEqual(["a\u200b\u202eb\u2028\u{e0041}c"]);
  });

  it("is not executed when somebody denies, which the model is told, with the reason if there is one", async () => {
    const answers = ["deny", "explain", "they are on holiday"];
    const { sent, results, spans, questions } = await ask({ approval: true, calls: [[{ to: "a" }, { to: "b" }]], answer: () => answers.shift() });
    expect(sent).toEqual([]);
    expect(results).toMatchObject([
      { failed: true, result: "mail was not executed: it was not approved" },
      { failed: true, result: "mail was not executed: it was denied: they are on holiday" },
    ]);
    expect(questions.map(({ key }) => key)).toEqual(["approve_mail", "approve_mail", "deny_mail"]);
    expect(spans[1]).toMatchObject({ attributes: { "dad.tool.approval": "denied", "error.type": "TOOL_DENIED" } });
  });

  it("is asked about each call by itself, also about the same one, until all are approved of", async () => {
    const calls = [[{ to: "a" }, { to: "a" }], [{ to: "b" }]];
    const each = await ask({ approval: true, calls, answer: () => "approve" });
    expect(new Set(each.questions.map(({ prompt }) => prompt)).size).toBe(3);
    const all = await ask({ approval: true, calls, answer: () => "approve_all" });
    expect([all.questions.length, all.sent]).toEqual([1, ["a", "a", "b"]]);
  });

  it("is asked about only where its function says so, with the reason and the time that it gives; what it said, it is not asked again", async () => {
    const seen: string[] = [];
    const approval = ({ to, text }: z.output<typeof Mail>, { path }: NodeContext) => {
      seen.push(`${path} ${to}${text}`);
      return to === "all" ? { reason: "Everybody gets it.", expiresIn: "30m" } : to === "boss";
    };
    const steps = new Map<string, unknown>();
    const calls = [[{ to: "me" }, { to: "boss" }, { to: "all" }]];
    const { sent, questions } = await ask({ approval, calls, answer: () => "approve", steps });
    expect(sent).toEqual(["me", "boss", "all"]);
    expect(questions.map(({ expiresIn, onTimeout }) => [expiresIn, onTimeout])).toEqual([
      [undefined, undefined],
      ["30m", { default: "deny" }],
    ]);
    expect(questions[1]?.prompt).toContain("}\n\nEverybody gets it.\n\nApprove call 1.3? When nobody answers in time, it is denied.");
    expect(seen).toEqual(["agent.flow.node me", "agent.flow.node boss", "agent.flow.node all"]);
    const again = await ask({ approval, calls, answer: () => "approve", steps });
    expect([again.sent, again.questions.length, seen.length]).toEqual([[], 2, 3]);
  });

  it("is asked about with the beginning of a long input, which is said, and another question for another end", async () => {
    const prompts = async (end: string) => {
      const { questions } = await ask({ approval: true, calls: [[{ to: "a", text: `${"x".repeat(5_000)}${end}` }]], answer: () => "deny" });
      return questions[0]?.prompt ?? "";
    };
    const [one, other] = [await prompts("1"), await prompts("2")];
    expect(one).toMatch(/\n… and 3\d{3} more characters \(sha256:\w+ in all\): see the artifact steps\/1\/reply\n/);
    expect(one.length).toBeLessThan(2_500);
    expect(other).not.toBe(one);
  });

  it("is not asked about with an input that does not fit, or that its function fails for", async () => {
    const { questions, results } = await ask({ approval: true, calls: [[{ to: 1 }]] });
    expect([questions, results[0]?.failed]).toEqual([[], true]);
    const approval = () => Promise.reject(new Error("nobody knows"));
    await expect(ask({ approval, calls: [[{ to: "a" }]] })).rejects.toThrow("nobody knows");
  });
});
