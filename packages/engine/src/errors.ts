import { DadError, type NodePath } from "@dad/protocol";
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

/** `NODE_TIMEOUT`: an attempt did not complete in the time that it had. May be tried again. Its `cause` is what it threw then, if that says more. */
export class AttemptTimeoutError extends DadError<"NODE_TIMEOUT"> {
  declare readonly details: { readonly path: NodePath; readonly attempt: number; readonly timeoutMs: number };

  constructor({ path, attempt }: NodeHandle, { timeoutMs, ...cause }: { readonly timeoutMs: number; readonly cause?: unknown }) {
    super("NODE_TIMEOUT", `attempt ${attempt} of node ${path} did not complete within ${timeoutMs} ms: give it a longer timeout, or less to do`, {
      ...cause,
      retryable: true,
      details: { path, attempt, timeoutMs },
    });
  }
}
