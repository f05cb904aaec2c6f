import { setImmediate } from "node:timers/promises";
import { type EventOf, type RecordedEvent, RunId } from "@dad/protocol";
import fc from "fast-check";
import { afterEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { eventsFrom, type EventsFromOptions } from "./events-from.ts";
import { memoryEventBus } from "./memory.ts";
import { recordOf } from "./testing-record.ts";
import { custom, nodeStarted, numbers, runId } from "./testing/facts.ts";

type Reading = AsyncIterable<EventOf<"custom.emitted">>;

/** Reads into a list. After each event it waits for so many turns of the process. */
function reader(events: Reading, pauses: readonly number[] = [0]) {
  const seen: string[] = [];
  let turn = 0;
  async function read(): Promise<void> {
    for await (const { data } of events) {
      seen.push(data as string);
      for (let left = pauses[turn++ % pauses.length]!; left > 0; left--) await setImmediate();
    }
  }
  return { seen, finished: read() };
}

const numbersIn = (text: string) => text.match(/\d+/g)!.map(Number) as [number, number];
const isRecorded = (text: string) => text.startsWith("recorded");

/** Those told only that come twice, out of order, or before what was told before them. */
function misplaced(seen: readonly string[]): string[] {
  const wrong: string[] = [];
  let [last, recorded] = [0, 0];
  for (const text of seen) {
    const [number, after] = numbersIn(text);
    if (isRecorded(text)) recorded = number;
    // Nothing from before the first that was asked for is there to come behind.
    else if (number <= last || (recorded > 0 && after > recorded)) wrong.push(text);
    else last = number;
  }
  return wrong;
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant("record" as const) },
  { weight: 6, arbitrary: fc.constant("tell" as const) },
  { weight: 4, arbitrary: fc.constant("stream" as const) },
  { weight: 6, arbitrary: fc.constant("breathe" as const) },
  { weight: 1, arbitrary: fc.constant("other run" as const) },
);
const plan = fc.record({
  before: fc.array(step, { maxLength: 20 }),
  after: fc.array(step, { minLength: 30, maxLength: 120 }),
  from: fc.integer({ min: 1, max: 12 }),
  capacity: fc.integer({ min: 2, max: 8 }),
  pauses: fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }),
});

const otherRun = RunId.parse("run_20261122_073443_ffffff");

afterEach(() => {
  vi.useRealTimers();
});

describe("eventsFrom", () => {
  it("gives what is recorded once and in order, whenever it begins and however slow the loop is", async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ before, after, from, capacity, pauses }) => {
        const bus = memoryEventBus({ capacity });
        const run = recordOf(bus);
        async function take(steps: readonly (typeof before)[number][]): Promise<void> {
          for (const step of steps) {
            if (step === "breathe") await setImmediate();
            else if (step === "other run") bus.publish({ ...custom("recorded 1"), seq: 1, runId: otherRun });
            else run[step]();
          }
        }
        await take(before);
        const { seen, finished } = reader(eventsFrom(bus, { runId, from, filter: "custom.emitted", replay: run.replay, capacity }), pauses);
        await take(after);
        await bus[Symbol.asyncDispose]();
        await finished;
        const wanted = run.recorded.map(({ seq }) => seq).filter((seq) => seq >= from);
        expect(seen.filter(isRecorded).map((text) => numbersIn(text)[0])).toEqual(wanted);
        expect(misplaced(seen)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("goes from what is recorded to what is live, with what is told only", async () => {
    await using bus = memoryEventBus();
    const run = recordOf(bus);
    for (const _ of numbers(3)) run.record();
    for (const _ of numbers(3)) run.tell();
    run.stream();
    const { seen } = reader(eventsFrom(bus, { runId, from: 2, filter: "custom.emitted", replay: run.replay }));
    await setImmediate();
    expect(seen).toEqual(["recorded 2", "recorded 3"]);
    run.stream();
    run.record();
    run.tell();
    run.stream();
    await setImmediate();
    expect(seen.slice(2)).toEqual(["streamed 2 after 3", "recorded 4", "streamed 3 after 4"]);
  });

  it("leaves out what was told only before something that the record has given", async () => {
    await using bus = memoryEventBus();
    const run = recordOf(bus);
    for (const _ of numbers(2)) run.record();
    const { seen } = reader(eventsFrom(bus, { runId, filter: "custom.emitted", replay: run.replay }));
    for (const _ of numbers(2)) {
      run.stream();
      run.tell();
    }
    run.stream();
    await setImmediate();
    expect(seen).toEqual(["recorded 1", "recorded 2", "streamed 3 after 2"]);
  });

  it("leaves out what is told only while the bus has not come as far as the record", async () => {
    await using bus = memoryEventBus();
    const run = recordOf(bus);
    for (const _ of numbers(3)) run.record();
    const { seen } = reader(eventsFrom(bus, { runId, filter: "custom.emitted", replay: run.replay }));
    for (const _ of numbers(3)) {
      await setImmediate();
      run.tell();
      run.stream();
    }
    await setImmediate();
    expect(seen).toEqual(["recorded 1", "recorded 2", "recorded 3", "streamed 3 after 3"]);
  });

  it("gives what is told only also after something was lost", async () => {
    await using bus = memoryEventBus({ capacity: 2 });
    const run = recordOf(bus);
    const { seen } = reader(eventsFrom(bus, { runId, filter: "custom.emitted", replay: run.replay, capacity: 2 }));
    await setImmediate();
    for (const act of ["record", "tell", "record", "record", "record", "record"] as const) run[act]();
    await setImmediate();
    for (const _ of numbers(4)) run.tell();
    for (const _ of numbers(2)) run.stream();
    await setImmediate();
    run.stream();
    await setImmediate();
    expect(seen.filter(isRecorded)).toHaveLength(5);
    expect(seen.at(-1)).toBe("streamed 3 after 5");
  });

  it.each([0, 5])("gives what the bus had brought when it was disposed, with %d events on record before", async (before) => {
    const bus = memoryEventBus();
    const run = recordOf(bus);
    for (const _ of numbers(before)) run.record();
    for (const _ of numbers(before)) run.tell();
    const { seen, finished } = reader(eventsFrom(bus, { runId, filter: "custom.emitted", replay: run.replay, capacity: 3 }), [8]);
    for (const _ of numbers(5)) {
      run.record();
      run.tell();
      await bus.flush();
    }
    run.stream();
    await bus.flush();
    await bus[Symbol.asyncDispose]();
    await finished;
    expect(seen.filter(isRecorded)).toHaveLength(before + 5);
    expect(seen.at(-1)).toBe(`streamed 1 after ${before + 5}`);
  });

  it("lets through what a filter says, and sees gaps in what it does not let through", async () => {
    await using bus = memoryEventBus();
    const recorded = [nodeStarted("agent.a"), nodeStarted("other"), nodeStarted("agent.b"), nodeStarted("agent.c")].map((event, index) => ({
      ...event,
      seq: index + 1,
    }));
    const seen: string[] = [];
    const reading = (async () => {
      const options: EventsFromOptions<{ readonly type: "node.started"; readonly path: string }> = {
        runId,
        filter: { type: "node.started", path: "agent.*" },
        async *replay(from) {
          yield* recorded.slice(from - 1, recorded.length - 1) as unknown as RecordedEvent[];
        },
      };
      for await (const event of eventsFrom(bus, options)) {
        expectTypeOf(event).toEqualTypeOf<EventOf<"node.started">>();
        seen.push(event.path);
        if (seen.length === 3) break;
      }
    })();
    await setImmediate();
    bus.publish(recorded[3]!);
    await reading;
    expect(seen).toEqual(["agent.a", "agent.b", "agent.c"]);
  });

  it("waits for what the journal has not written yet", async () => {
    const bus = memoryEventBus();
    const run = recordOf(bus);
    let readings = 0;
    const late = (from: number) => run.replay(readings++ === 0 ? 100 : from);
    for (const _ of numbers(3)) run.record();
    run.tell();
    const { seen, finished } = reader(eventsFrom(bus, { runId, filter: "custom.emitted", replay: late }));
    await setImmediate();
    run.tell();
    await vi.waitFor(() => expect(seen).toEqual(["recorded 1", "recorded 2", "recorded 3"]));
    await bus[Symbol.asyncDispose]();
    await finished;
  });

  it("fails when what was told before is never there", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await using bus = memoryEventBus();
    const { finished } = reader(eventsFrom(bus, { runId, filter: "custom.emitted", replay: () => recordOf(bus).replay(1) }));
    bus.publish({ ...custom("recorded 7"), seq: 7 });
    const failure = finished.catch((error: unknown) => error);
    for (const _ of numbers(20)) {
      await setImmediate();
      await vi.advanceTimersByTimeAsync(60_000);
    }
    expect(await failure).toMatchObject({ code: "EVENTS_MISSING", details: { from: 1, told: 7 } });
  });

  it.each(["while it reads the record", "while it waits"])("ends without an error when the signal is aborted %s", async (when) => {
    await using bus = memoryEventBus();
    const controller = new AbortController();
    const run = recordOf(bus);
    run.record();
    async function* replay(from: number, { signal }: { readonly signal: AbortSignal }) {
      yield* run.replay(from);
      if (when === "while it waits") return;
      await setImmediate(undefined, { signal });
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
    }
    const { seen, finished } = reader(eventsFrom(bus, { runId, filter: "custom.emitted", replay, signal: controller.signal }));
    await setImmediate();
    await setImmediate();
    controller.abort();
    await finished;
    expect(seen).toEqual(["recorded 1"]);
    const none = reader(eventsFrom(bus, { runId, filter: "custom.emitted", replay: run.replay, signal: AbortSignal.abort() }));
    await none.finished;
    expect(none.seen).toEqual([]);
  });

  it("fails as the reading of the record does", async () => {
    await using bus = memoryEventBus();
    const damaged = () => {
      throw new Error("damaged");
    };
    await expect(reader(eventsFrom(bus, { runId, filter: "custom.emitted", replay: damaged })).finished).rejects.toThrow("damaged");
  });
});
