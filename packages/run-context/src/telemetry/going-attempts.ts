import type { InputId, RunEvent } from "@dad/protocol";
import type { TrackedAttempt } from "./attempt-telemetry.ts";
import { type AttemptHandle, keyOfAttempt } from "./run-spans.ts";
import { attemptEndOf } from "./span-facts.ts";

/** An attempt that was begun in this execution of the run. */
export interface GoingAttempt {
  readonly nodeType: string;
  /** What it tells of itself, once it has something to tell. */
  tracked?: TrackedAttempt;
  /** The attributes of its span that were cut. */
  readonly cut: string[];
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

const NOTHING: ToldOfAttempts = {};

/** `asked`: what nobody had answered when the run was opened. */
export function goingAttempts(asked: Iterable<readonly [InputId, number]>): GoingAttempts {
  const going = new Map<string, GoingAttempt>();
  const waits = waitingFor(asked);

  function end(key: string): ToldOfAttempts {
    const ended = going.get(key);
    going.delete(key);
    ended?.tracked?.end();
    return ended ? { ended } : NOTHING;
  }

  return {
    of: (handle) => going.get(keyOfAttempt(handle)),
    tells(fact) {
      const ended = attemptEndOf(fact);
      if (ended) return end(keyOfAttempt(ended));
      if (fact.type === "node.started") going.set(keyOfAttempt(fact), { nodeType: fact.nodeType, cut: [], waitedMs: 0 });
      const waited = waits.tells(fact);
      if (waited === undefined) return NOTHING;
      const attempt = waited.key === undefined ? undefined : going.get(waited.key);
      if (attempt) attempt.waitedMs += waited.waitedMs;
      return waited;
    },
    endAll() {
      for (const key of going.keys()) end(key);
    },
  };
}

interface Waiting {
  /** Who waits, where that was begun in this execution. */
  readonly key: string | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

function waitingFor(asked: Iterable<readonly [InputId, number]>) {
  const waiting = new Map<InputId, Waiting>(Array.from(asked, ([id, since]) => [id, { key: undefined, since }]));
  return {
    /** How long somebody waited for the answer that a fact says the end of. */
    tells(fact: RunEvent): (Pick<Waiting, "key"> & { readonly waitedMs: number }) | undefined {
      if (fact.type === "input.requested")
        waiting.set(fact.request.id, { key: keyOfAttempt(fact), since: waiting.get(fact.request.id)?.since ?? Date.parse(fact.time) });
      const request = answeredIn(fact);
      const waited = request && waiting.get(request);
      if (request === undefined || waited === undefined) return undefined;
      waiting.delete(request);
      return { key: waited.key, waitedMs: Math.max(0, Date.parse(fact.time) - waited.since) };
    },
  };
}

/** What nobody waits for any more. */
function answeredIn(fact: RunEvent): InputId | undefined {
  if (fact.type === "input.answered" || fact.type === "input.cancelled") return fact.request;
  return fact.type === "input.expired" && fact.onTimeout !== "wait" ? fact.request : undefined;
}
