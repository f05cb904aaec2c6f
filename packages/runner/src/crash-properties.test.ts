import type { FlowDefinition } from "@dad/agent";
import type { Json, RecordedEvent } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptsOf, completedForGood, cutAfter, ENDS, endOf } from "./testing-crash.ts";
import { anyPlan, definitionOf, planWorld } from "./testing-plans.ts";
import { stage } from "./testing-run.ts";

interface Recorded {
  readonly end: Json;
  readonly record: readonly RecordedEvent[];
}

/** Each attempt is begun once and ends once, and those of a node come one after the other. */
function expectSound(record: readonly RecordedEvent[]): void {
  const [begun, ended] = [attemptsOf(record, "node.started"), attemptsOf(record, ...ENDS)];
  expect(new Set(begun).size).toBe(begun.length);
  expect(new Set(ended).size).toBe(ended.length);
  const last = new Map<string, number>();
  for (const [path = "", attempt] of begun.map((name) => name.split(" "))) {
    expect(Number(attempt)).toBeGreaterThan(last.get(path) ?? 0);
    last.set(path, Number(attempt));
  }
}

async function begin(definition: FlowDefinition): Promise<Recorded> {
  const on = stage();
  const end = await endOf(on.run(definition));
  return { end, record: await on.events() };
}

/** Goes on with a run that was killed, and checks what it does. */
async function goOn(record: readonly RecordedEvent[], entries: number, again: () => readonly [FlowDefinition, string[]]): Promise<Recorded> {
  const on = stage({ ports: await cutAfter(record, entries) });
  const [definition, executed] = again();
  const end = await endOf(on.resume(definition));
  const done = completedForGood(record.slice(0, entries));
  expect(executed.filter((name) => done.has(name.split(" ")[0] ?? ""))).toEqual([]);
  const now = await on.events();
  expectSound(now);
  return { end, record: now };
}

const MOST_ENTRIES = 60;

describe("a run that is killed", () => {
  it("gives the same wherever that was, and executes nothing again that had completed", async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan({ failures: "everywhere" }), async (plan) => {
        const again = () => {
          const world = planWorld();
          return [definitionOf(plan, world), world.executed] as const;
        };
        const [definition] = again();
        const whole = await begin(definition);
        expectSound(whole.record);
        // There are as many runs to go on with as there are entries.
        fc.pre(whole.record.length <= MOST_ENTRIES);
        for (let entries = 1; entries < whole.record.length; entries += 1) {
          const { end } = await goOn(whole.record, entries, again);
          expect(end, `after entry ${entries}`).toEqual(whole.end);
        }
      }),
      { numRuns: 7 },
    );
  });

  it("gives the same also when it is killed again and again, with whatever is going on at the same time", async () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(anyPlan({ failures: "everywhere" }), cuts, fc.func(fc.nat(4)), async (plan, shares, ticks) => {
        const again = () => {
          const world = planWorld({ ticks: ticks as () => number });
          return [definitionOf(plan, world), world.executed] as const;
        };
        const whole = await begin(again()[0]);
        let { record } = whole;
        for (const share of shares) {
          const { end, record: longer } = await goOn(record, 1 + Math.floor(share * (record.length - 2)), again);
          expect(end).toEqual(whole.end);
          record = longer;
        }
      }),
      { numRuns: 40 },
    );
  });
});
