import type { Json } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyPlan, definitionOf, inSequence, type PlanWorld, planWorld, withConcurrency } from "./testing-plans.ts";
import { stage } from "./testing-run.ts";

/** How long each attempt takes, in turns of the event loop: any time. */
const anyTicks = fc.func(fc.nat(4)) as fc.Arbitrary<PlanWorld["ticks"]>;

/** What a run gave, and the digest of everything that each of its nodes kept when it completed. */
async function contentOf(definition: Parameters<ReturnType<typeof stage>["run"]>[0]): Promise<{ readonly result: Json; readonly digests: Json }> {
  const on = stage();
  const result = await on.run(definition);
  const completed = (await on.events()).filter((event) => event.type === "node.completed");
  const digests = completed.flatMap(({ path, artifacts }) => artifacts.map(({ name, digest }) => [`${path} ${name}`, digest] as const));
  return { result, digests: Object.fromEntries(digests) };
}

describe("a flow of pure nodes", () => {
  it("gives the same, and its nodes keep the same, whether or not its parts run at the same time", async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan({ failures: "caught" }), anyTicks, fc.integer({ min: 1, max: 4 }), async (plan, ticks, concurrency) => {
        const expected = await contentOf(definitionOf(inSequence(plan), planWorld(), { sequential: true }));
        expect(await contentOf(definitionOf(plan, planWorld({ ticks })))).toEqual(expected);
        expect(await contentOf(definitionOf(withConcurrency(plan, concurrency), planWorld({ ticks })))).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});
