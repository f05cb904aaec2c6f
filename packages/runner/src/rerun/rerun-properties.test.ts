import type { Json } from "@dad/protocol";
import { readHistory } from "@dad/run-context";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromOn, orderOf, startsOf } from "../testing-order.ts";
import { anyPlan, definitionOf, type FlowPlan, planWorld } from "../testing-plans.ts";
import { planned, type Reran, rerunStage, type StagedRerun, sorted } from "../testing-rerun.ts";
import { RUN } from "../testing-run.ts";

interface Ran {
  readonly on: ReturnType<typeof rerunStage>;
  readonly result: Record<string, Json>;
  /** The nodes that were executed, sorted. */
  readonly nodes: readonly string[];
  /** Those that failed, which was handled. */
  readonly failed: readonly string[];
}

async function ranOnce(plan: FlowPlan): Promise<Ran> {
  const on = rerunStage();
  const result = await on.run(definitionOf(plan, planWorld()));
  const nodes = [...(await readHistory(on.ports.journals, RUN)).nodes.values()];
  const failed = nodes.filter(({ state }) => state === "failed").map(({ path }) => path);
  return { on, result, nodes: sorted(nodes.map(({ path }) => path)), failed: sorted(failed) };
}

/** A re-run of a plan, with the paths of the nodes that it executed. */
async function rerunOf({ on }: Pick<Ran, "on">, plan: FlowPlan, given: StagedRerun = {}): Promise<Reran> {
  const world = planWorld();
  const reran = await on.rerun(definitionOf(plan, world), given);
  return { ...reran, executed: sorted(new Set(world.executed.map((attempt) => attempt.split(" ")[0] ?? ""))) };
}

/**
 * Where a plan says of a node that the run before came to that it is reused or executed, that is so. What comes after a failure
 * would be reused or executed, if it were none now.
 */
function expectAsPlanned({ plan, executed, reused }: Reran, { nodes }: Ran): void {
  const cameTo = (path: string) => nodes.includes(path);
  expect(reused).toEqual(expect.arrayContaining(planned(plan, "reuse").filter(cameTo)));
  expect(executed).toEqual(expect.arrayContaining(planned(plan, "execute").filter(cameTo)));
}

const flows = anyPlan({ failures: "caught" });
/** One of a list that is not known yet. */
const pick = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const picked = <Item>(items: readonly Item[], share: number): Item => items[Math.floor(share * items.length)] as Item;

describe("a re-run of any flow", () => {
  it("executes nothing but what failed when nothing is changed, and gives the same", async () => {
    await fc.assert(
      fc.asyncProperty(flows, async (plan) => {
        const ran = await ranOnce(plan);
        const reran = await rerunOf(ran, plan);
        expect(reran.executed).toEqual(ran.failed);
        expect(reran.result).toEqual(ran.result);
        expectAsPlanned(reran, ran);
        const again = await rerunOf(ran, plan, { of: reran.runId });
        expect([again.executed, again.result]).toEqual([ran.failed, ran.result]);
      }),
      { numRuns: 25 },
    );
  });

  it("executes from any path what is there and after it, as its plan says, and gives the same", async () => {
    await fc.assert(
      fc.asyncProperty(flows, pick, async (plan, share) => {
        const ran = await ranOnce(plan);
        const starts = startsOf(ran.nodes);
        fc.pre(starts.length > 0);
        const from = picked(starts, share);
        const expected = new Set(fromOn(orderOf(plan), from));
        const reran = await rerunOf(ran, plan, { from, allow: { failed: true } });
        expect(reran.executed).toEqual(ran.nodes.filter((path) => expected.has(path)));
        expect(reran.reused).toEqual(ran.nodes.filter((path) => !expected.has(path)));
        expect(reran.result).toEqual(ran.result);
        // What comes after a failure would be executed, if it were none now.
        expect(planned(reran.plan, "execute").filter((path) => ran.nodes.includes(path))).toEqual(reran.executed);
        expect(planned(reran.plan, "reuse")).toEqual(reran.reused);
      }),
      { numRuns: 40 },
    );
  });

  it("gives what a re-run gives that reuses nothing, whatever was set", async () => {
    await fc.assert(
      fc.asyncProperty(flows, pick, async (plan, share) => {
        const ran = await ranOnce(plan);
        fc.pre(ran.nodes.length > 0);
        const set = { [picked(ran.nodes, share)]: { seen: "what was set" } };
        const anew = await rerunOf(ran, plan, { set, reuse: false });
        const reran = await rerunOf(ran, plan, { set });
        expect(reran.result).toEqual(anew.result);
        expect(sorted([...reran.executed, ...reran.reused])).toEqual(anew.executed);
        expectAsPlanned(reran, ran);
        const seen = new Set(reran.plan.nodes.map(({ path }) => path as string));
        expect(ran.nodes.filter((path) => anew.executed.includes(path) && !seen.has(path))).toEqual([]);
        expect((await rerunOf(ran, plan, { of: reran.runId })).result).toEqual(anew.result);
      }),
      { numRuns: 40 },
    );
  });
});
