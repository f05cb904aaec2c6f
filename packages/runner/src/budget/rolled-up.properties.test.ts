import { agent, type AgentDefinition, type FlowDefinition, flow } from "@dad/agent";
import { addUsage, DadError, NO_USAGE, type Usage } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stage } from "../testing-run.ts";
import { ask, paidModel, portsWith } from "../testing-models.ts";

type Part =
  | { readonly kind: "node"; readonly asks: number; readonly failing: number; readonly attempts: number; readonly steps: boolean }
  | { readonly kind: "flow" | "map" | "try"; readonly times: number; readonly parts: readonly Part[] };

const { part } = fc.letrec<{ part: Part; parts: readonly Part[] }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 3, depthIdentifier: "parts" },
    fc.record({
      kind: fc.constant("node" as const),
      asks: fc.nat(3),
      failing: fc.nat(2),
      attempts: fc.integer({ min: 2, max: 3 }),
      steps: fc.boolean(),
    }),
    fc.record({ kind: fc.constantFrom("flow" as const, "map" as const, "try" as const), times: fc.integer({ min: 1, max: 3 }), parts: tie("parts") }),
  ),
  parts: fc.array(tie("part"), { minLength: 1, maxLength: 3, depthIdentifier: "parts" }),
}));

/** Nodes ask as often as their definition says, fail at their first attempts, and are allowed to fail at last. */
function built(parts: readonly Part[]) {
  const uses = (call: number) => ({ tokens: call, usd: call / 100, fails: call % 5 === 0 });
  const { model, calls } = paidModel({ uses });
  const staged = stage({ ports: portsWith(model) });
  let nodes = 0;
  function nodeIn(component: FlowDefinition, { asks, failing, attempts, steps }: Part & { kind: "node" }): FlowDefinition {
    const id = `n${nodes++}`;
    staged.on(id, async (context) => {
      for (let number = 0; number < asks; number++)
        await (steps ? context.step(`ask ${number}`, async () => (await ask(context)) ?? null) : ask(context));
      if (context.attempt <= failing) throw new DadError("BROKEN", "it was to fail", { retryable: true });
      return undefined;
    });
    return (component as ReturnType<typeof flow>).node(id, staged.step({}), { retry: { attempts, delayMs: 0 }, onFailure: "continue" });
  }
  function filled(id: string, within: readonly Part[]): FlowDefinition {
    return within.reduce<FlowDefinition>((component, one, index) => {
      if (one.kind === "node") return nodeIn(component, one);
      const [body, at] = [filled(`b${index}`, one.parts) as ReturnType<typeof flow>, `${one.kind}${index}`];
      const open = component as ReturnType<typeof flow>;
      if (one.kind === "flow") return open.component(at, body);
      if (one.kind === "try")
        return open.try(at, { body, finally: nodeIn(flow("f"), { kind: "node", asks: 1, failing: 0, attempts: 2, steps: true }) as typeof body });
      return open.map(at, { items: Array.from({ length: one.times }, (_, item) => item), concurrency: 2, body });
    }, flow(id));
  }
  const root: AgentDefinition = agent("main").component("all", filled("all", parts) as ReturnType<typeof flow>);
  return { ...staged, root, calls };
}

function sumOf(usages: readonly (Usage | undefined)[]): Usage {
  return usages.reduce<Usage>((sum, usage) => (usage ? addUsage(sum, usage) : sum), NO_USAGE);
}

describe("what a run used", () => {
  it("is what its models were paid for, through loops, flows, blocks, retries and failures", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 3 }), async (parts) => {
        const { run, details, events, root, calls } = built(parts);
        await run(root);
        const { usage } = await details();
        const paid = sumOf(calls.map((call) => ({ calls: 1, ...call })));
        expect([usage.calls ?? 0, usage.outputTokens]).toEqual([paid.calls ?? 0, paid.outputTokens]);
        expect(usage.costUsd).toBeCloseTo(paid.costUsd ?? 0, 9);
        const ends = (await events()).map((event) => (event.type === "node.completed" || event.type === "node.failed" ? event.usage : undefined));
        expect(sumOf(ends).outputTokens).toBe(paid.outputTokens);
      }),
      { numRuns: 40 },
    );
  });
});
