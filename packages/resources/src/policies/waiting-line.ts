import type { PolicyClock } from "./policy-clock.ts";

/** A call that may be made. Each is ended once, by one of these; what comes after that is ignored. */
export interface Permit {
  /** The call is over, and used so many tokens. */
  end(tokens: number): void;
  /** The call was not made. */
  cancel(): void;
}

/** Somebody who waits for a permit. */
export interface Waiting {
  readonly tokens: number;
  /** How long a pause it waits for, in milliseconds. */
  readonly maxPauseMs: number;
  readonly resolve: (permit: Permit) => void;
  readonly reject: (reason: unknown) => void;
}

/** What there is room for now. */
export interface Room {
  /** How long a call has to wait, in milliseconds. `undefined`: until another one is over. */
  waitFor(tokens: number): number | undefined;
  /** @param onFree - Is called once, when the call is over. */
  enter(tokens: number, onFree: () => void): Permit;
}

export interface WaitingLine {
  join(entry: Waiting): void;
  /** Nothing happens to one who has had its turn. */
  leave(entry: Waiting, reason: unknown): void;
  /** All leave for whom there is a reason. */
  dismiss(reasonFor: (entry: Waiting) => Error | undefined): void;
}

/** Those who wait. Only the first is looked at, so that nobody is overtaken by those who need less. */
export function waitingLine(room: Room, clock: PolicyClock): WaitingLine {
  const queue: Waiting[] = [];
  let stopTimer = () => {};

  function serve(): void {
    stopTimer();
    stopTimer = () => {};
    for (let next = queue[0]; next; next = queue[0]) {
      const waitMs = room.waitFor(next.tokens);
      if (waitMs !== 0) {
        if (waitMs !== undefined) stopTimer = clock.after(waitMs, serve);
        return;
      }
      queue.shift();
      next.resolve(room.enter(next.tokens, serve));
    }
  }

  function leave(entry: Waiting, reason: unknown): void {
    const index = queue.indexOf(entry);
    if (index === -1) return;
    queue.splice(index, 1);
    entry.reject(reason);
    serve();
  }

  return {
    leave,
    join(entry) {
      queue.push(entry);
      serve();
    },
    dismiss(reasonFor) {
      for (const { entry, reason } of queue.map((one) => ({ entry: one, reason: reasonFor(one) }))) if (reason) leave(entry, reason);
    },
  };
}
