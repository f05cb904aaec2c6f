import { isAbsolute, relative, resolve, sep } from "node:path";
import type { RunOutcome } from "@dad/outcome";
import type { RerunOf } from "@dad/protocol";
import { redactedOutcome } from "./redacted-outcome.ts";
import type { OpenedRun } from "./complete-run.ts";
import { RunFilesError } from "./errors.ts";
import type { RunHistory } from "./run-history.ts";

/** What a run works on: its versioned result tree, or a directory that nobody commits, or nothing of its own. */
export interface OpenedTree {
  readonly outcome: RunOutcome | undefined;
  readonly directory: string | undefined;
}

export const NO_TREE: OpenedTree = { outcome: undefined, directory: undefined };

export interface TreeStart {
  readonly rerun: RerunOf | undefined;
  /** Chosen for a new run, in the project's own repository. */
  readonly revision: string | undefined;
  /** Of a run that is resumed: as it was begun it goes on. */
  readonly history?: RunHistory;
  readonly signal: AbortSignal | undefined;
}

type Opening = Pick<OpenedRun, "env" | "ports" | "record">;

/** Opens what a run works on. What the nodes of the run find is on record before the first of them starts. */
export async function openTree({ env, ports, record }: Opening, { rerun, revision, history, signal }: TreeStart): Promise<OpenedTree> {
  const how = { ...(history ? { resume: true } : {}), ...(signal ? { signal } : {}) };
  const { redactor } = ports;
  if (ports.outcomes && history?.workspace === undefined) {
    const secrets = redactor ? { secrets: () => redactor.secrets } : {};
    const opened = await ports.outcomes.open(env.runId, { ...how, ...secrets, ...startOf(rerun, revision) });
    const outcome = redactor ? redactedOutcome(opened, redactor) : opened;
    if (history?.outcome.start === undefined) await record.add({ type: "outcome.opened", outcome: outcome.start });
    return { outcome, directory: outcome.directory };
  }
  if (!ports.workspaces) return NO_TREE;
  await ports.workspaces.open(env, how);
  const directory = ports.workspaces.directoryOf(env);
  if (history?.workspace === undefined) await record.add({ type: "workspace.opened", directory: placeIn(env.runDir, directory) });
  return { outcome: undefined, directory };
}

/** Where the outcome of a run starts. */
function startOf(rerun: RerunOf | undefined, revision: string | undefined): { readonly from?: string; readonly revision?: string } {
  if (rerun?.start) return { from: rerun.start.commit };
  return revision === undefined ? {} : { revision };
}

/** So that a run that is copied elsewhere is found there with it. */
function placeIn(runDir: string, directory: string): string {
  const way = relative(runDir, directory);
  return way === "" || way.startsWith("..") || isAbsolute(way) ? directory : way.replaceAll(sep, "/");
}

/**
 * A run goes on with the files that it has.
 *
 * @throws RunFilesError (`RUN_FILES_UNREACHABLE`) when the ports have nothing to reach them by.
 */
export function assertReachable({ env, ports }: Pick<Opening, "env" | "ports">, { outcome, revision, workspace }: RunHistory): void {
  if (workspace !== undefined) {
    if (!ports.workspaces) throw new RunFilesError(env.runId, `in ${resolve(env.runDir, workspace)}`, "give it workspaces");
    return;
  }
  const place = outcome.start ? `on branch ${outcome.start.branch}` : revision === undefined ? undefined : `in revision ${revision} of the project`;
  if (place !== undefined && !ports.outcomes) throw new RunFilesError(env.runId, place, "resume it with its outcome (without --no-outcome)");
}
