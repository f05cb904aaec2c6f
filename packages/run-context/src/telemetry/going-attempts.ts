import type { InputId, RunEvent } from "@dad/protocol";
import type { TrackedAttempt } from "./attempt-telemetry.ts";
import { type AttemptHandle, keyOfAttempt } from "./run-spans.ts";
import { attemptEndOf } from "./span-facts.ts";

/** An attempt that was begun in this execution of the run. */
export interface GoingAttempt {
  readonly nodeType: string;
  /** What it tells of itself, once it has something to tell. */
  tracked?: TrackedAttempt;
  /** How long it has waited for answers that it has. */
  waitedMs: number;
}

/** What a fact says of attempts. */
export interface ToldOfAttempts {
  /** The attempt that it says the end of, where that was begun in this execution. */
  readonly ended?: GoingAttempt | undefined;
  /** How long somebody waited for the answer that it says the end of. */
  readonly waitedMs?: number | undefined;
}

/** The attempts that go on, and what they wait for. */
export interface GoingAttempts {
  of(handle: AttemptHandle): GoingAttempt | undefined;
  /** What ends, ends all that it has begun. */
  tells(fact: RunEvent): ToldOfAttempts;
  endAll(): void;
}

interface Waiting {
  readonly key: string | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

const NOTHING: ToldOfAttempts = {};

/** `asked`: what nobody had answered when the run was opened. */
export function goingAttempts(asked: Iterable<readonly [InputId, number]>): GoingAttempts {
  const going = new Map<string, GoingAttempt>();
  const waiting = new Map<InputId, Waiting>(Array.from(asked, ([id, since]) => [id, { key: undefined, since }]));

  function end(key: string): ToldOfAttempts {
    const ended = going.get(key);
    going.delete(key);
    ended?.tracked?.end();
    return ended ? { ended } : NOTHING;
  }

  function answered(request: InputId, time: string): ToldOfAttempts {
    const waited = waiting.get(request);
    if (waited === undefined) return NOTHING;
    waiting.delete(request);
    const waitedMs = Math.max(0, Date.parse(time) - waited.since);
    const attempt = waited.key === undefined ? undefined : going.get(waited.key);
    if (attempt) attempt.waitedMs += waitedMs;
    return { waitedMs };
  }

  return {
    of: (handle) => going.get(keyOfAttempt(handle)),
    tells(fact) {
      const ended = attemptEndOf(fact);
      if (ended) return end(keyOfAttempt(ended));
      switch (fact.type) {
        case "node.started":
          going.set(keyOfAttempt(fact), { nodeType: fact.nodeType, waitedMs: 0 });
          return NOTHING;
        case "input.requested":
          waiting.set(fact.request.id, { key: keyOfAttempt(fact), since: waiting.get(fact.request.id)?.since ?? Date.parse(fact.time) });
          return NOTHING;
        case "input.answered":
        case "input.cancelled":
          return answered(fact.request, fact.time);
        case "input.expired":
          return fact.onTimeout === "wait" ? NOTHING : answered(fact.request, fact.time);
        default:
          return NOTHING;
      }
    },
    endAll() {
      for (const key of [...going.keys()]) end(key);
    },
  };
}
