import type { RunPorts } from "@dad/run-context";
import { UNKNOWN_TREE } from "../fingerprint.ts";
import { UNKNOWABLE_TREE } from "../told-files.ts";
import type { BaseRun } from "./rerun-options.ts";

/** Names the files that a re-run finds, as far as that is known before it is made. `undefined` where it is about no files. */
export function knownTree({ outcomes, workspaces }: Pick<RunPorts, "outcomes" | "workspaces">, { history }: BaseRun): string | undefined {
  return outcomes ? history.outcome.tree : workspaces && UNKNOWABLE_TREE;
}

export function isUnknown(tree: string | undefined): boolean {
  return tree === UNKNOWN_TREE || tree === UNKNOWABLE_TREE;
}

/** Names the files once something has changed them. Where they are never known, they are not known either way. */
export function unknownOnce(tree: string | undefined): string | undefined {
  return tree === undefined || tree === UNKNOWABLE_TREE ? tree : UNKNOWN_TREE;
}
