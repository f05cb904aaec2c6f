import type { JournalStore } from "@dad/journal";
import {
  addUsage,
  errorEnvelope,
  type ForkedFrom,
  type ForkedRun,
  type ForkReport,
  NO_USAGE,
  type NodePath,
  type RunDetails,
  type RunId,
} from "@dad/protocol";
import { compareOutcomes } from "./compare-outcomes.ts";
import { type ComparedPorts, comparedRun } from "./compare-runs.ts";
import { equalGroups } from "./equal-groups.ts";
import { outputsDigest } from "./outputs-digest.ts";
import { type AbortOptions, readRunRecord } from "./run-record.ts";

/** One child of a fork that is over. */
export interface ForkedChildFacts extends Pick<ForkedRun, "number" | "set"> {
  /** `undefined` when there is none, or it is not known how it ended. */
  readonly run: RunDetails | undefined;
  /** What ended it, if something did. Of a child without a run, `undefined` says that it was not started. */
  readonly error: unknown;
}

export interface ForkFacts {
  /** The run that the children were made from. */
  readonly of: RunId;
  readonly from: NodePath;
  /** Whether a node is `from`, in it, or comes after it: what these gave is compared. */
  readonly isMeant: (path: string) => boolean;
  readonly children: readonly ForkedChildFacts[];
  readonly budgetUsd?: number | undefined;
  /** What ended the fork before all children had come to their end. */
  readonly stopped?: unknown;
}

interface Reading extends AbortOptions {
  readonly ports: Omit<ComparedPorts, "journals"> & { readonly journals: JournalStore };
  readonly facts: ForkFacts;
}

/**
 * Several runs that were made from one, side by side: what each took, how many files it left differently, and which of them gave the same.
 *
 * @throws `RUN_UNKNOWN`, `JOURNAL_DAMAGED`, `ARTIFACT_DAMAGED`, `OUTCOME_FAILED`.
 */
export async function compareFork(ports: Reading["ports"], facts: ForkFacts, options: AbortOptions = {}): Promise<ForkReport> {
  const reading = { ports, facts, ...options };
  const { details } = await readRunRecord(ports.journals, facts.of, options);
  const keys = [];
  for (const run of [details, ...facts.children.map((child) => child.run)]) keys.push(await outputsOf(run, reading));
  const [before, ...groups] = equalGroups(keys);
  const children: ForkedRun[] = [];
  for (const [at, child] of facts.children.entries()) {
    const changedFiles = child.run ? await changedFilesOf(details, child.run, reading) : null;
    children.push(forkedRun(child, { outputs: groups[at] ?? null, changedFiles }));
  }
  return {
    format: "dad.fork/1",
    of: forkedFrom(details, before ?? null),
    from: facts.from,
    ...(facts.budgetUsd === undefined ? {} : { budgetUsd: facts.budgetUsd }),
    usage: children.map(({ usage }) => usage).reduce(addUsage, NO_USAGE),
    children,
    ...(facts.stopped === undefined ? {} : { stopped: errorEnvelope(facts.stopped) }),
  };
}

/** What did not complete gave only a part. */
async function outputsOf(run: RunDetails | undefined, { ports, facts, ...abort }: Reading): Promise<string | undefined> {
  if (run?.status !== "completed") return undefined;
  return await outputsDigest(ports, { runId: run.runId, isMeant: facts.isMeant, ...abort });
}

async function changedFilesOf(before: RunDetails, after: RunDetails, { ports, facts: _facts, ...abort }: Reading): Promise<number | null> {
  const { outcomes } = ports;
  // They are only counted: nobody reads the patch.
  const counting = outcomes && { changes: outcomes.changes.bind(outcomes), patch: async () => "" };
  const { changes } = await compareOutcomes({ before: before.outcome, after: after.outcome }, { outcomes: counting, ...abort });
  return changes?.length ?? null;
}

function forkedFrom(run: RunDetails, outputs: string | null): ForkedFrom {
  const { runId, status, executed, reused, usage, durationMs } = comparedRun(run);
  return { runId, status, executed, reused, usage, durationMs, outputs };
}

function forkedRun({ number, set, run, error }: ForkedChildFacts, more: Pick<ForkedRun, "outputs" | "changedFiles">): ForkedRun {
  if (run) return { number, set, ...forkedFrom(run, more.outputs), changedFiles: more.changedFiles, ...(run.error ? { error: run.error } : {}) };
  const nothing = { runId: null, executed: 0, reused: 0, usage: NO_USAGE, durationMs: null, ...more };
  if (error === undefined) return { number, set, status: "not started", ...nothing };
  return { number, set, status: "failed", ...nothing, error: errorEnvelope(error) };
}
