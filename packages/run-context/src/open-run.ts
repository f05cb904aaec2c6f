import type { RunOutcome } from "@dad/outcome";
import { type ArtifactEntry, NodeId, type RerunOf, type RunId, type RunSource, type StaticInputs } from "@dad/protocol";
import { claimRun } from "./claim-run.ts";
import { completeRun, type OpenedRun } from "./complete-run.ts";
import { keepInputs, makeRunContext } from "./make-run-context.ts";
import type { RunContext } from "./run-context.ts";
import type { RunEnvOptions } from "./run-env.ts";
import { showRun } from "./run-face.ts";
import { foldHistory } from "./run-history.ts";
import { releaseRun } from "./run-life.ts";
import type { MakeRunPorts, RunPorts } from "./run-ports.ts";
import { runRecord } from "./run-record.ts";
import { shownArtifacts } from "./shown-artifacts.ts";

export interface OpenRunOptions extends RunEnvOptions {
  /** Id of the component that the run executes. */
  readonly rootComponentId: string;
  /** Values given from outside, by node path or unique id. */
  readonly inputs?: StaticInputs;
  /** Where the definition comes from, so that the run can be resumed by its id alone. */
  readonly source?: RunSource;
  /** Makes the run from an earlier one. */
  readonly rerun?: RerunStart;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
  /** The ports, or what makes them for this run. Ports that it `own`s are released with the run; all others stay their maker's. */
  readonly ports: RunPorts | MakeRunPorts;
}

/** What a re-run goes on from. What it reuses is for its runner to say. */
export interface RerunStart {
  readonly record: RerunOf;
  /** The runs whose records it needs. They stay readable through it. */
  readonly origins: readonly RunId[];
}

/**
 * Makes a run: claims its id, opens its journal and its outcome, records that it started. There is no
 * half-made run: either all of this is done, or it throws, and what had been claimed already is
 * recorded as failed (as cancelled, when the signal was aborted meanwhile).
 *
 * @throws `RUN_EXISTS`, RunIdError (`RUN_ID_INVALID`), RunNotOpenedError (`RUN_NOT_OPENED`), and what
 * the outcome repository throws.
 */
export async function openRun(options: OpenRunOptions): Promise<RunContext> {
  const { rootComponentId, rerun, signal } = options;
  if (!NodeId.safeParse(rootComponentId).success) throw new TypeError(`rootComponentId is not an id: ${rootComponentId}`);
  signal?.throwIfAborted();
  const claimed = await claimRun({ ...options, kind: rerun ? "rerun" : "run" }, options.ports);
  const { env, ports } = claimed;
  const record = runRecord(claimed.journal, { ports, env });
  const shown = shownArtifacts(ports.view);
  let outcome: RunOutcome | undefined;
  try {
    if (rerun) for (const origin of rerun.origins) await ports.journals.retain(env.runId, origin, { via: rerun.record.of });
    const inputs = await recordStart(options, { env, ports, record });
    await showRun(ports, record.details());
    await shown.add(inputs);
    outcome = await openOutcome(options, { env, ports, record });
    const parts = { rootComponentId, history: foldHistory().history, inputs: new Map(Object.entries(options.inputs ?? {})), signal };
    return makeRunContext(parts, { ...claimed, record, outcome, shown });
  } catch (error) {
    const opened = { ...claimed, record, outcome, shown };
    // Why it could not be opened says more than that this cannot be recorded or released either.
    await completeRun(opened, signal?.aborted ? "cancelled" : "failed", error).catch(() => undefined);
    await releaseRun(opened).catch(() => undefined);
    throw error;
  }
}

/** One entry says that the run started and what it was given: whoever goes on with it has both or finds no run. */
async function recordStart(
  { rootComponentId, source, inputs, rerun }: OpenRunOptions,
  { env, ports, record }: Pick<OpenedRun, "env" | "ports" | "record">,
): Promise<readonly ArtifactEntry[]> {
  const given = inputs && (await keepInputs(ports, inputs));
  const facts = {
    executionId: env.executionId,
    rootComponentId,
    ...(rerun ? { rerun: rerun.record } : {}),
    ...(source ? { source } : {}),
    ...(given ? { inputs: given } : {}),
  };
  await record.add({ type: "run.started", ...facts });
  return given ? [given] : [];
}

async function openOutcome(
  { rerun, signal }: OpenRunOptions,
  { env, ports, record }: Pick<OpenedRun, "env" | "ports" | "record">,
): Promise<RunOutcome | undefined> {
  const outcome = await ports.outcomes?.open(env.runId, { ...startOf(rerun?.record), ...(signal ? { signal } : {}) });
  if (outcome) await recordOpened(record, outcome);
  return outcome;
}

/** Where the outcome of a re-run starts. */
export function startOf(rerun: RerunOf | undefined): { readonly from?: string } {
  return rerun?.start ? { from: rerun.start.commit } : {};
}

/** What the nodes of the run find is on record before the first of them starts. */
export async function recordOpened({ add }: Pick<OpenedRun["record"], "add">, { start }: RunOutcome): Promise<void> {
  await add({ type: "outcome.opened", outcome: start });
}
