import { createHash } from "node:crypto";
import { agent, type AgentDefinition, defineNode, flow, type NodeContext } from "@dad/agent";
import type { Json } from "@dad/protocol";
import { z } from "zod";
import { begin, type Subject, textOf, writeResult } from "./subject.ts";
import type { Witness } from "./witness.ts";

const SMALL_BYTES = 1_000;
/** More than what travels in an entry of the journal. */
const LARGE_BYTES = 200_000;

const RECEIPT = { receipt: "charged", answer: "boolean" };

/**
 * A run that asks people, in two branches: one answer is refused, for one two race, one is there before it is asked for, one is a
 * handler's, and one never comes. Each node has steps with small or large results around what it asks, and writes files in some.
 */
export const asking: Subject = {
  define: agentOf,
  inputs: {},
  effects: { "asking.both.left.pay": RECEIPT },
  people: {
    handle: ({ key }) => (key === "depth" ? 3 : undefined),
    first: [
      { id: "refused", request: "asking.both.left.pay:approve", value: "perhaps" },
      { id: "early", request: "asking.publish:name", value: "page" },
      { id: "signal", name: "weather", data: { wind: 7 } },
    ],
    rivals: [
      { id: "one", request: "asking.both.left.pay:approve", value: true },
      { id: "other", request: "asking.both.left.pay:approve", value: false },
    ],
    late: [
      { id: "after a handler", request: "asking.gather:depth", value: 5 },
      { id: "after its time", request: "asking.both.right.remind:late", value: true },
    ],
  },
};

function agentOf(witness: Witness): AgentDefinition {
  const node = nodesOf(witness);
  return agent("asking")
    .node("gather", node.gather({}))
    .parallel("both", { left: flow("left").node("pay", node.pay({})), right: flow("right").node("remind", node.remind({})) })
    .node("publish", (earlier) => node.publish({ text: earlier.gather.text }));
}

function nodesOf(witness: Witness) {
  return { ...preparing(witness), ...deciding(witness) };
}

const none = z.object({});
const given = z.object({ text: z.string() });

function preparing(witness: Witness) {
  return {
    gather: defineNode({
      ...typed("gather", "idempotent"),
      settings: none,
      output: given,
      async execute(context) {
        const { step, ask } = seenBy(witness, context);
        const small = await step("small", () => textOf("small", SMALL_BYTES));
        const depth = await ask({ key: "depth", schema: z.number(), prompt: "How deep?" });
        return { text: digestOf(small, await step("large", () => textOf(`deep ${depth}`, LARGE_BYTES))) };
      },
    }),
    publish: defineNode({
      ...typed("publish", "idempotent"),
      settings: given,
      output: z.object({ file: z.string() }),
      async execute(context, { settings: { text } }) {
        const { step, ask } = seenBy(witness, context);
        await step("draft", () => writeResult(context, "draft.md", text));
        const name = await ask({ key: "name", schema: z.string(), prompt: "How is it called?" });
        await writeResult(context, `${name}.md`, text);
        return { file: `${name}.md` };
      },
    }),
  };
}

function deciding(witness: Witness) {
  return {
    pay: defineNode({
      ...typed("pay", "effectful"),
      workspace: "none",
      settings: none,
      output: z.object({ receipt: z.string(), answer: z.string() }),
      async execute(context) {
        const { step, ask } = seenBy(witness, context);
        await step("quote", () => textOf("quote", LARGE_BYTES));
        const answer = await ask({ key: "approve", schema: z.boolean(), prompt: "Pay?" });
        const receipt = await step("charge", () => {
          witness.see({ saw: "effect", path: context.path });
          return RECEIPT.receipt;
        });
        // Which of the two it is, is a matter of chance.
        return { receipt, answer: typeof answer };
      },
    }),
    remind: defineNode({
      ...typed("remind", "idempotent"),
      settings: none,
      output: given,
      async execute(context) {
        const { step, ask } = seenBy(witness, context);
        const before = await step("before", async () => {
          await context.exclusively(() => writeResult(context, "notes/before.md", "before"));
          return textOf("before", SMALL_BYTES);
        });
        const answer = await ask({ key: "late", schema: z.boolean(), prompt: "Already?", expiresIn: "1h", onTimeout: "deny" });
        return { text: digestOf(before, await step("after", () => textOf(`after ${answer}`, SMALL_BYTES))) };
      },
    }),
  };
}

function typed<Effect extends "idempotent" | "effectful">(type: string, effect: Effect) {
  return { type, version: "1", code: "", effect } as const;
}

/** A node works, and the witness sees what it is given. */
function seenBy(witness: Witness, context: NodeContext): { readonly step: NodeContext["step"]; readonly ask: NodeContext["input"] } {
  begin(witness, context);
  return {
    async step(name, work) {
      const result = await context.step(name, work);
      witness.see({ saw: "step", path: `${context.path} ${name}` });
      return result;
    },
    async ask(question, options) {
      const answer = await context.input(question, options);
      witness.see({ saw: "answer", path: `${context.path}:${question.key}` });
      return answer;
    },
  };
}

function digestOf(...texts: readonly Json[]): string {
  return createHash("sha256").update(JSON.stringify(texts)).digest("hex");
}
