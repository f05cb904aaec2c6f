import type { LocalPortsOptions, LocalStore } from "@dad/local";
import { isKnownEvent } from "@dad/protocol";
import { type Progress, startLine, visible } from "@dad/terminal";

/** Tells how a run goes, and, of one that starts from a revision of the project, from which, and that what is not committed is no part of it. */
export function startTelling(
  progress: Pick<Progress, "onEvent" | "log">,
  { outcomes }: Pick<LocalStore, "outcomes">,
): NonNullable<LocalPortsOptions["onEvent"]> {
  return async (event) => {
    await progress.onEvent(event);
    const source = isKnownEvent(event) && event.type === "outcome.opened" ? event.outcome.source : undefined;
    if (source === undefined) return;
    // Whether it can be counted makes no difference to the run.
    const left = await outcomes.uncommitted().catch(() => undefined);
    progress.log(`${startLine(visible(source), left && left.changed + left.untracked)}\n`);
  };
}
