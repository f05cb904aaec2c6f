import { DadError } from "@dad/protocol";
import type { NodeHandle } from "./engine.ts";

/** `ATTEMPT_ABANDONED`: an attempt went on after it was aborted, so that the run goes on without it. Its `cause` is why it was aborted. */
export class AttemptAbandonedError extends DadError<"ATTEMPT_ABANDONED"> {
  constructor({ path, attempt }: NodeHandle, { graceMs, cause }: { readonly graceMs: number; readonly cause: unknown }) {
    super(
      "ATTEMPT_ABANDONED",
      `attempt ${attempt} of node ${path} was left behind: it still went on ${graceMs} ms after it was aborted. It does not react to its signal: ` +
        `hand context.signal to whatever the node waits for`,
      { cause, details: { path, attempt, graceMs } },
    );
  }
}
