import { setTimeout as delay } from "node:timers/promises";
import type { LocalStore } from "@dad/local";
import type { RecordedEvent, RunId } from "@dad/protocol";

export interface FollowRunOptions {
  readonly runId: RunId;
  readonly signal: AbortSignal;
  /** First sequence number that is given. Default 1. */
  readonly from?: number;
  /** Goes on while nobody works on the run, until it has completed, failed or been cancelled. Default `false`. */
  readonly stays?: boolean;
  /** With `stays`: whoever worked on the run ended without its end. Told once each time. */
  readonly onInterrupted?: () => void;
}

/** How often it is asked whether somebody still works on a run. */
const LOOK_EVERY_MS = 200;

/** How a run stands, as far as it was read. */
type Standing = "open" | "waiting" | "over";

/** What is recorded of a run and what comes, as long as somebody works on it. Locks nothing, and disturbs nobody. */
export async function* followRun({ journals }: Pick<LocalStore, "journals">, options: FollowRunOptions): AsyncGenerator<RecordedEvent, void> {
  const { runId, signal, from = 1, stays = false, onInterrupted } = options;
  let next = 1;
  let standing: Standing = "open";

  async function* read(options: { readonly follow?: boolean; readonly signal: AbortSignal }) {
    for await (const event of journals.read(runId, { from: next, ...options })) {
      next = event.seq + 1;
      standing = standingAfter(event) ?? standing;
      if (event.seq >= from) yield event;
    }
  }

  let wasLeft = false;
  async function isQuiet(): Promise<boolean> {
    if (stays ? standing === "over" : standing !== "open") return true;
    const isLeft = standing === "open" && (await journals.owner(runId, { signal })) === undefined;
    if (stays && isLeft && !wasLeft) onInterrupted?.();
    wasLeft = isLeft;
    return isLeft && !stays;
  }

  for (;;) {
    const looking = untilQuiet(isQuiet, signal);
    try {
      yield* read({ follow: true, signal: looking.signal });
    } catch (error) {
      if (!looking.isQuiet()) throw error;
    } finally {
      await looking[Symbol.asyncDispose]();
    }
    // Between the last look into the journal and the one for its owner, there may have been more.
    yield* read({ signal });
    if (await isQuiet()) return;
  }
}

interface Looking extends AsyncDisposable {
  /** Aborted when it is quiet, or nobody wants to know any more. */
  readonly signal: AbortSignal;
  readonly isQuiet: () => boolean;
}

function untilQuiet(isQuiet: () => Promise<boolean>, signal: AbortSignal): Looking {
  const ending = new AbortController();
  const either = AbortSignal.any([signal, ending.signal]);
  let quiet = false;
  async function look(): Promise<void> {
    while (!(await isQuiet())) await delay(LOOK_EVERY_MS, undefined, { signal: either });
    quiet = true;
    ending.abort();
  }
  const looking = look().catch((error: unknown) => {
    if (!either.aborted) ending.abort(error);
  });
  return {
    signal: either,
    isQuiet: () => quiet,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await looking;
    },
  };
}

function standingAfter({ type }: RecordedEvent): Standing | undefined {
  switch (type) {
    case "run.completed":
    case "run.failed":
    case "run.cancelled":
      return "over";
    case "run.parked":
      return "waiting";
    case "run.started":
    case "run.resumed":
      return "open";
    default:
      return undefined;
  }
}
