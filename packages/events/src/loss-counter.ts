import type { RunEvent, UnknownEvent } from "@dad/protocol";

type Event = RunEvent | UnknownEvent;

/** Counts what a subscriber loses, and tells of it when that has doubled and when the subscriber has caught up. */
export interface LossCounter {
  readonly total: number;
  /** `lost` made room for `come`, or is that. */
  add(lost: Event, come: Event): void;
  caughtUp(): void;
}

export function lossCounter(tell: (latest: Event, total: number) => void): LossCounter {
  let total = 0;
  let told = 0;
  let latest: Event | undefined;

  function report(): void {
    if (latest === undefined) return;
    told = total;
    tell(latest, total);
  }

  return {
    get total() {
      return total;
    },
    add(lost, come) {
      total += 1;
      latest = lost;
      // Not each time, and not of what is lost to a report: it fills the queues of the others, and the slow ones would report each other for ever.
      if (come.type !== "handler.failed" && total >= 2 * told) report();
    },
    caughtUp() {
      if (total > told) report();
    },
  };
}
