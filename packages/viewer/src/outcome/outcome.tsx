import { Command } from "../elements/command.tsx";
import { Nothing } from "../elements/facts.tsx";
import type { Store } from "../store.ts";
import { visibleText } from "../text/visible-text.ts";
import { OutcomeView } from "./outcome-view.tsx";

/** The files that the run changed. */
export function Outcome({ store }: { readonly store: Store }) {
  const { outcome, details } = store.run;
  const { path } = store.route.value;
  if (!outcome)
    return (
      <div class="outcome">
        <Nothing>
          This run has no outcome
          {details.workspace === undefined ? "." : `: it works in ${visibleText(details.workspace)}, and nothing there is committed.`}
        </Nothing>
      </div>
    );
  return (
    <div class="outcome">
      <OutcomeView outcome={outcome} chosen={path} beforeName={details.start?.source ? "where it was taken over from" : "where it started"}>
        <Command words={["dad", "outcome", "merge", details.runId]} />
      </OutcomeView>
    </div>
  );
}
