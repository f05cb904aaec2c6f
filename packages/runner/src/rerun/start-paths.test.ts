import type { Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { everyForm } from "../testing-forms.ts";
import { fromOn, nodesOf, type Order, startsOf } from "../testing-order.ts";
import { planned, rerunStage, sorted } from "../testing-rerun.ts";
import { stage } from "../testing-run.ts";

/** What comes after what, written out. */
const ORDER: Order = {
  sequence: [
    "main.first",
    { sequence: ["main.sub.one", "main.sub.two"] },
    {
      sequence: [
        { sequence: ["main.loop.iter_0.say", "main.loop.iter_0.use"] },
        { sequence: ["main.loop.iter_1.say", "main.loop.iter_1.use"] },
        { sequence: ["main.loop.iter_2.say", "main.loop.iter_2.use"] },
      ],
    },
    { sequence: ["main.again.iter_0.turn", "main.again.iter_1.turn"] },
    { sequence: ["main.if.is_true.yes", "main.if.is_true.indeed"] },
    "main.which.bug.fix",
    { beside: [{ sequence: ["main.both.left.begin", "main.both.left.end"] }, "main.both.right.only"] },
    {
      beside: [
        { sequence: ["main.wide.iter_0.look", "main.wide.iter_0.tell"] },
        { sequence: ["main.wide.iter_1.look", "main.wide.iter_1.tell"] },
        { sequence: ["main.wide.iter_2.look", "main.wide.iter_2.tell"] },
      ],
    },
    { sequence: ["main.helper.work", "main.helper.deep.dig"] },
    { sequence: ["main.attempt.try.risky", "main.attempt.catch.mend", "main.attempt.finally.close"] },
    { sequence: ["main.fine.try.safe", "main.fine.finally.tidy"] },
    "main.last",
  ],
};

const NODES = nodesOf(ORDER);
/** The nodes behind the map. */
const AFTER_WIDE = NODES.slice(NODES.indexOf("main.helper.work"));

const STARTS = startsOf(NODES);

/** What a run gives whose nodes say by their path when they were executed. */
async function givenBy(when: (path: string) => string): Promise<Record<string, Json>> {
  const on = stage();
  return await on.run(everyForm({ attempts: on.attempts, when }));
}

async function afterOneRun() {
  const on = rerunStage();
  const world = { attempts: on.attempts, when: () => "before" };
  await on.run(everyForm(world));
  return { on, definition: everyForm({ ...world, when: () => "now" }), before: await on.values() };
}

describe("a re-run from a path", () => {
  it.each(STARTS)("executes what is at and after %s, as the plan says, and reuses all else", async (from) => {
    const { on, definition, before } = await afterOneRun();
    const expected = new Set(fromOn(ORDER, from));
    const others = NODES.filter((path) => !expected.has(path));
    const { plan, result, executed, reused, runId } = await on.rerun(definition, { from, allow: { failed: true } });
    expect(executed).toEqual(sorted(expected));
    expect(reused).toEqual(sorted(others));
    expect(planned(plan, "execute")).toEqual(executed);
    expect(planned(plan, "reuse")).toEqual(reused);
    expect(plan.nodes).toHaveLength(NODES.length);
    expect(result).toEqual(await givenBy((path) => (expected.has(path) ? "now" : "before")));
    const values = await on.values(runId);
    for (const path of others) expect(values[path]).toEqual(before[path]);
  });

  it.each([
    ["main.last", ["main.last"]],
    ["main.fine.finally", ["main.fine.finally.tidy", "main.last"]],
    ["main.attempt.catch", ["main.attempt.catch.mend", "main.attempt.finally.close", "main.fine.finally.tidy", "main.fine.try.safe", "main.last"]],
    ["main.wide.iter_1.tell", [...AFTER_WIDE, "main.wide.iter_1.tell"]],
    ["main.both.right", [...AFTER_WIDE, "main.both.right.only", ...NODES.filter((path) => path.startsWith("main.wide."))]],
  ])("from %s executes just what is written here", async (from, executed) => {
    const { on, definition } = await afterOneRun();
    expect((await on.rerun(definition, { from, allow: { failed: true } })).executed).toEqual(sorted(executed));
  });

  it.each([
    ["a branch that is not taken", "main.if.is_false"],
    ["a node in a branch that is not taken", "main.if.is_false.no"],
    ["a case that is not the one", "main.which.feature.build"],
    ["otherwise, with a case for the value", "main.which.otherwise"],
    ["an iteration beyond the end", "main.loop.iter_3"],
    ["a node in an iteration beyond the end", "main.wide.iter_3.look"],
    ["a turn that a loop did not take", "main.again.iter_2"],
    ["a catch that caught nothing", "main.fine.catch"],
    ["a node in a catch that caught nothing", "main.fine.catch.rescue"],
    ["an unknown node", "main.nope"],
    ["an unknown root", "nope"],
    ["a node of another component", "main.sub.first"],
    ["an id that is there many times", "say"],
    ["an id that is there once", "risky"],
    ["a suffix without a boundary", "ast"],
    ["a suffix with a boundary", "sub.one"],
    ["a prefix without a boundary", "main.fir"],
    ["every iteration", "main.loop.iter_*"],
    ["a node in every iteration", "main.loop.iter_*.say"],
    ["an iteration of no loop", "main.sub.iter_0"],
    ["an iteration that is written in another way", "main.loop.iter_01.say"],
    ["nothing", ""],
    ["an empty step", "main..first"],
    ["a step too many", "main.first."],
    ["another case", "main.First"],
  ])("is refused for %s (%s), and nothing is done (D-17, D-18)", async (_name, from) => {
    const { on, definition } = await afterOneRun();
    const before = await on.runs();
    const attempts = on.attempts.length;
    await expect(on.rerun(definition, { from, allow: { failed: true } })).rejects.toMatchObject({ code: "RERUN_PATH_INVALID" });
    expect(await on.runs()).toEqual(before);
    expect(on.attempts).toHaveLength(attempts);
  });

  it.each([
    ["say", /main\.loop\.iter_\*\.say/],
    ["risky", /give the whole path: did you mean main\.attempt\.try\.risky/],
    ["main.frist", /main\.first/],
    ["main.loop.iter_*", /say which, for instance main\.loop\.iter_0/],
  ])("says for %s what may have been meant", async (from, message) => {
    const { on, definition } = await afterOneRun();
    await expect(on.rerun(definition, { from })).rejects.toThrow(message);
  });
});
