/** What events cost, as a ratio to bare eventemitter3. Usage: `events.ts [rounds] [events of a replay]`. */
import { memoryEventBus } from "@dad/events/memory";
import { type EventBus, eventsFrom, type Questions } from "@dad/events";
import { Digest, type EventOf, InputId, InputKey, NodePath, type RecordedEvent, RunId } from "@dad/protocol";
import { EventEmitter } from "eventemitter3";
import { median, milliseconds } from "./measure.ts";

const rounds = Number(process.argv[2] ?? 200);
const replayed = Number(process.argv[3] ?? 1_000_000);

/** So many events are published before the process comes to deliver them. */
const BURST = 100;
const BURSTS = 20;

const runId = RunId.parse("run_20261122_073443_1f9c2a");
const path = NodePath.parse("agent.flow1.node1");
const time = "2026-11-22T07:34:43.000Z";
const started = Array.from({ length: BURST }, (_, index): EventOf<"node.started"> => ({
  type: "node.started",
  runId,
  seq: index + 1,
  time,
  path,
  attempt: 1,
  nodeType: "command",
}));

let heard = 0;
const handler = (event: EventOf<"node.started">) => {
  heard += event.attempt;
};

/** What each event costs in nanoseconds: the publisher, and until the last subscriber has it. */
interface Cost {
  readonly publish: number;
  readonly delivered: number;
}

async function bare(emitter: EventEmitter<{ "node.started": (event: EventOf<"node.started">) => void }>): Promise<Cost> {
  return costOf({
    publish: (event) => emitter.emit("node.started", event),
    // The same wait as for a bus.
    flush: () => Promise.resolve(),
  });
}

async function costOf({ publish, flush }: { readonly publish: (event: EventOf<"node.started">) => void; readonly flush: () => Promise<void> }) {
  let publishing = 0;
  const total = await milliseconds(async () => {
    for (let burst = 0; burst < BURSTS; burst++) {
      const began = performance.now();
      for (const event of started) publish(event);
      publishing += performance.now() - began;
      await flush();
    }
  });
  const events = BURST * BURSTS;
  return { publish: (publishing * 1e6) / events, delivered: (total * 1e6) / events };
}

const question: Questions["input"]["question"] = {
  runId,
  id: InputId.parse(`${path}:language`),
  path,
  key: InputKey.parse("language"),
  prompt: "Which language?",
  schema: { type: "string" },
  question: Digest.parse(`sha256:${"0".repeat(64)}`),
};

const QUESTIONS = 200;

async function asking(ask: () => Promise<unknown>): Promise<number> {
  const took = await milliseconds(async () => {
    for (let asked = 0; asked < QUESTIONS; asked++) await ask();
  });
  return (took * 1e6) / QUESTIONS;
}

/** The floor of a request: an awaited call of each handler until one answers. */
async function bareAsk(handlers: readonly ((given: typeof question) => Promise<string | undefined>)[]): Promise<string | undefined> {
  for (const handler of handlers) {
    const answer = await handler(question);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function report(name: string, took: readonly number[], floor: readonly number[]): void {
  const ratio = median(took.map((value, index) => value / floor[index]!));
  console.log(
    `${name.padEnd(34)} ${median(took).toFixed(0)} ns, fastest ${Math.min(...took).toFixed(0)} ns, floor ${median(floor).toFixed(0)} ns, ` +
      `ratio ${ratio.toFixed(1)}, of the fastest ${(Math.min(...took) / Math.min(...floor)).toFixed(1)} (${rounds} rounds)`,
  );
}

async function publishing(subscribers: number): Promise<void> {
  const emitter = new EventEmitter<{ "node.started": (event: EventOf<"node.started">) => void }>();
  await using bus: EventBus = memoryEventBus();
  for (let index = 0; index < subscribers; index++) {
    // Functions of their own, as handlers are.
    emitter.on("node.started", (event) => handler(event));
    bus.subscribe("node.started", (event) => handler(event));
  }
  const [buses, floors]: [Cost[], Cost[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    floors.push(await bare(emitter));
    buses.push(await costOf({ publish: (event) => bus.publish(event), flush: () => bus.flush() }));
  }
  const all = floors.map(({ delivered }) => delivered);
  report(
    `publish to ${subscribers}`,
    buses.map(({ publish }) => publish),
    all,
  );
  report(
    `publish to ${subscribers}, delivered`,
    buses.map(({ delivered }) => delivered),
    all,
  );
}

async function requests(handlers: number): Promise<void> {
  await using bus: EventBus = memoryEventBus();
  const bareHandlers = Array.from({ length: handlers }, (_, index) => async () => (index === handlers - 1 ? "TypeScript" : undefined));
  for (const answer of bareHandlers) bus.handleInput(answer);
  const [took, floors]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    floors.push(await asking(() => bareAsk(bareHandlers)));
    took.push(await asking(() => bus.ask("input", question, { accept: (answer) => answer })));
  }
  report(`ask ${handlers}`, took, floors);
}

async function* record(from: number): AsyncGenerator<RecordedEvent> {
  for (let seq = from; seq <= replayed; seq++) yield { ...started[0]!, seq, mono: seq, epoch: 1, prev: null, hash: null } as unknown as RecordedEvent;
}

async function replaying(): Promise<void> {
  await using bus = memoryEventBus();
  const floor = await milliseconds(async () => {
    for await (const event of record(1)) heard += event.seq;
  });
  const took = await milliseconds(async () => {
    for await (const { seq } of eventsFrom(bus, { runId, replay: record })) {
      heard += seq ?? 0;
      if (seq === replayed) break;
    }
  });
  console.log(
    `replay of ${replayed} events${" ".repeat(10)} ${(took / 1000).toFixed(2)} s, floor ${(floor / 1000).toFixed(2)} s, ratio ${(took / floor).toFixed(1)}`,
  );
}

for (const subscribers of [1, 10]) await publishing(subscribers);
for (const handlers of [1, 10]) await requests(handlers);
await replaying();
if (heard === 0) throw new Error("nothing was heard");
