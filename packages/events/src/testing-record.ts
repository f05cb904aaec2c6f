import type { RecordedEvent } from "@dad/protocol";
import type { EventBus } from "./event-bus.ts";
import { custom } from "./testing/facts.ts";

// For the tests of this package only.

/** A run that records before it tells, as runs do. What is recorded and what is told are two steps. */
export function recordOf(bus: EventBus) {
  const recorded: RecordedEvent[] = [];
  let told = 0;
  let streamed = 0;
  return {
    recorded,
    record(): void {
      const seq = recorded.length + 1;
      recorded.push({ ...custom(`recorded ${seq}`), seq, mono: seq, epoch: 1, prev: "", hash: "" } as unknown as RecordedEvent);
    },
    /** Tells the next that is recorded and not told. */
    tell(): void {
      const event = recorded[told];
      if (event === undefined) return;
      told += 1;
      bus.publish(event);
    },
    /** What is told and not recorded names what was told before it. */
    stream(): void {
      streamed += 1;
      bus.publish(custom(`streamed ${streamed} after ${told}`));
    },
    /** As a journal is read: what is there when the reading ends, slowly, and here also the one before. */
    async *replay(from: number): AsyncGenerator<RecordedEvent> {
      for (let index = Math.max(0, from - 2); index < recorded.length; index++) {
        await Promise.resolve();
        yield recorded[index]!;
      }
    },
  };
}
