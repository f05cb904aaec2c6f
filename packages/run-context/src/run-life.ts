import type { Journal } from "@dad/journal";
import { DadError, errorEnvelope, type RunDetails } from "@dad/protocol";
import { completeRun, flushWatchers, type OpenedRun, type RunEnd } from "./complete-run.ts";
import { RunEndedError } from "./errors.ts";

/** Whether a run goes on, and its two ends: how it went, and that nobody holds it any more. Each is done once. */
export interface RunLife {
  /** Aborted when the run is cancelled, over or released. */
  readonly signal: AbortSignal;
  /** @throws RunEndedError (`RUN_ENDED`) from the moment on in which the run is asked to end. */
  assertGoingOn(): void;
  complete(end: RunEnd): Promise<RunDetails>;
  release(): Promise<void>;
}

export function runLife(opened: OpenedRun, cancelled: AbortSignal | undefined): RunLife {
  const over = new AbortController();
  const { runId } = opened.env;
  let completion: Promise<RunDetails> | undefined;
  let released: Promise<void> | undefined;

  function assertGoingOn(): void {
    if (completion || released) throw new RunEndedError(runId);
  }

  async function releaseOnce(): Promise<void> {
    over.abort(new RunEndedError(runId));
    // Whoever asked for the end is told how it went.
    await completion?.catch(() => undefined);
    await releaseRun(opened);
  }

  return {
    signal: cancelled ? AbortSignal.any([cancelled, over.signal]) : over.signal,
    assertGoingOn,
    async complete(end) {
      assertGoingOn();
      completion = completeRun(opened, end);
      return completion.finally(() => over.abort(new RunEndedError(runId)));
    },
    release: () => (released ??= releaseOnce()),
  };
}

/** Releases the outcome first: that it could not keep what was not committed is still recorded. */
export async function releaseRun(run: OpenedRun): Promise<void> {
  const { shown, release } = run;
  try {
    await releaseOutcome(run);
  } finally {
    // Whoever has the run next must not find somebody else still at work in its directory.
    try {
      await shown.settled();
    } finally {
      // What nobody recorded the end of has ended now.
      if (run.record.telemetry.close()) await flushWatchers(run.ports);
      await release();
    }
  }
}

async function releaseOutcome({ outcome, journal, record }: OpenedRun): Promise<void> {
  // The working tree is that of whoever has taken the run over.
  if (!outcome || (await isTakenOver(journal))) return;
  try {
    await outcome[Symbol.asyncDispose]();
  } catch (error) {
    await record.add({ type: "outcome.failed", error: errorEnvelope(error) }).catch(() => undefined);
    throw error;
  }
}

async function isTakenOver(journal: Journal): Promise<boolean> {
  return journal.assertOwned().then(
    () => false,
    (error: unknown) => DadError.is(error, "RUN_TAKEN_OVER"),
  );
}
