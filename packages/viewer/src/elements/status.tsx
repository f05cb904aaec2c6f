import type { NodeStatus, RunStatus } from "@dad/protocol";
import { StatusMark } from "../shell/status-mark.tsx";

export interface StatusProps {
  readonly status: NodeStatus | RunStatus;
  /** What became of a failure. */
  readonly handled?: string | undefined;
  /** In the place of the word, which is told to those who do not see the mark. */
  readonly label?: string;
}

/** How something stands: by a mark and a word, so that nobody needs to see colours. */
export function Status({ status, handled, label }: StatusProps) {
  return (
    <span class={`status is-${status}`} title={label === undefined ? undefined : status}>
      <StatusMark status={status} />
      {label ?? status}
      {label !== undefined && <span class="unseen"> {status}</span>}
      {handled !== undefined && <span class="dim"> ({HANDLED.get(handled) ?? handled})</span>}
    </span>
  );
}

const HANDLED: ReadonlyMap<string, string> = new Map([
  ["continue", "and the run went on"],
  ["fallback", "and a fallback was used"],
  ["catch", "and it was caught"],
]);
