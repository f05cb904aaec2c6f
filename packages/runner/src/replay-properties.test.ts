import { flow, type FlowDefinition, variable } from "@dad/agent";
import type { Engine, EngineContext } from "@dad/engine";
import { inlineEngine } from "@dad/engine/inline";
import type { RecordedEvent } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { cutAfter, ENDS, endOf } from "./testing-crash.ts";
import { anyPlan, definitionOf, planWorld } from "./testing-plans.ts";
import { stage } from "./testing-run.ts";

/** An engine, and the nodes that were started in it, each once, in their order. */
function watchedEngine(): { readonly engine: Engine; readonly started: Set<string> } {
  const inner = inlineEngine();
  const started = new Set<string>();
  const watched = (context: EngineContext): EngineContext => ({
    ...context,
    start(call) {
      started.add(call.path);
      return context.start(call);
    },
  });
  return { engine: { ...inner, drive: (interpret, options) => inner.drive((context) => interpret(watched(context)), options) }, started };
}

function startedPaths(record: readonly RecordedEvent[]): ReadonlySet<string> {
  return new Set(record.flatMap((event) => (event.type === "node.started" ? [event.path] : [])));
}

/** A cleanup whose body is executed again is executed again, too: what of it was when is not repeated. */
function inOrder(started: ReadonlySet<string>): readonly string[] {
  return [...started].filter((path) => !path.includes(".finally"));
}

describe("a run that goes on", () => {
  it("starts what was started before in the same order, however long each node took then and takes now", async () => {
    const ticks = fc.func(fc.nat(5)) as fc.Arbitrary<() => number>;
    const given = fc.record({
      plan: anyPlan({ failures: "everywhere" }),
      before: ticks,
      now: ticks,
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(given, async ({ plan, before, now, share }) => {
        const first = watchedEngine();
        const on = stage({ engine: first.engine });
        await endOf(on.run(definitionOf(plan, planWorld({ ticks: before }))));
        const record = await on.events();
        const known = record.slice(0, 1 + Math.floor(share * (record.length - 2)));
        const second = watchedEngine();
        const again = stage({ engine: second.engine, ports: await cutAfter(record, known.length) });
        await endOf(again.resume(definitionOf(plan, planWorld({ ticks: now }))));
        // What the last end on record let begin may begin before or after what the next one does.
        const certain = inOrder(startedPaths(record.slice(0, known.findLastIndex(({ type }) => ENDS.some((end) => end === type)) + 1))).length;
        expect(inOrder(second.started).slice(0, certain)).toEqual(inOrder(first.started).slice(0, certain));
      }),
      { numRuns: 50 },
    );
  });
});

/** Says all that its run is told of, through every block. */
function told(on: ReturnType<typeof stage>): FlowDefinition {
  const say = (id: string, value: string) => flow(id).node(id, on.step({ value }));
  const each = { items: "$expr{name.split('-')}", body: flow("body").node("say", on.step({ value: "$var{name} $expr{item} $var{index}" })) };
  return flow("main", { variables: { name: variable(z.string()) } })
    .node("first", on.step({ value: "$var{name}" }))
    .forEach("loop", each)
    .map("wide", { ...each, concurrency: 2 })
    .parallel("both", { left: say("left", "l $var{name}"), right: say("right", "r $var{name}") })
    .conditional("if", { condition: "$expr{$hier{first}.value.endsWith('7')}", isTrue: say("yes", "$var{name}"), isFalse: say("no", "$var{name}") })
    .while("again", {
      condition: "$expr{previous == null || previous.say.value != name}",
      max: 3,
      body: flow("body").node("say", on.step({ value: "$var{name}" })),
    })
    .try("try", { body: flow("body").node("work", on.step({ value: "$var{name}" })), catch: say("mend", "$var{name}: $expr{error.message}") })
    .node("last", on.step({ value: "$expr{$hier{loop}}" }));
}

it("one definition, run a hundred times at once, gives each run what it gives alone (D-52, D-27)", async () => {
  const on = stage();
  on.on("work", async ({ run }) => {
    await Promise.resolve();
    throw new Error(`not in ${run.runId}`);
  });
  const definition = told(on);
  const names = Array.from({ length: 100 }, (_, at) => `run-${at}`);
  const run = (name: string) => stage().run(definition, { inputs: { main: { name } } });
  const together = await Promise.all(names.map(run));
  const alone: unknown[] = [];
  for (const name of names) alone.push(await run(name));
  expect(together).toEqual(alone);
  expect(new Set(together.map((result) => JSON.stringify(result))).size).toBe(100);
});
