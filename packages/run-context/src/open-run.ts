import { type ArtifactEntry, type BudgetLimits, NodeId, type RerunOf, type RunId, type RunSource, type StaticInputs } from "@dad/protocol";
import { claimRun } from "./claim-run.ts";
import { completeRun, type OpenedRun } from "./complete-run.ts";
import { makeRunContext } from "./make-run-context.ts";
import { assertInputFiles, showInputFiles } from "./input-files.ts";
import { NO_TREE, openTree } from "./open-tree.ts";
import { redactedError } from "./redacted-error.ts";
import { redactedStart } from "./redacted-start.ts";
import type { RunContext } from "./run-context.ts";
import type { RunEnvOptions } from "./run-env.ts";
import { showRun } from "./run-face.ts";
import { foldHistory } from "./run-history.ts";
import { releaseRun } from "./run-life.ts";
import type { MakeRunPorts, RunPorts } from "./run-ports.ts";
import { keepInputs } from "./run-inputs.ts";
import { recordTrace, runRecord } from "./run-record.ts";
import { shownArtifacts } from "./shown-artifacts.ts";
import { takeStaticInputs } from "./static-inputs.ts";

/** What ends a run from outside. */
interface RunBounds {
  /** The most that it may use. Default: anything. */
  readonly budget?: BudgetLimits | undefined;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
}

export interface OpenRunOptions extends RunEnvOptions, RunBounds {
  /** Id of the component that the run executes. */
  readonly rootComponentId: string;
  /** Values given from outside, by node path or unique id. */
  readonly inputs?: StaticInputs;
  /** Files given from outside: content that is stored, or travels in the entry, under paths in `static_inputs`. */
  readonly inputFiles?: readonly ArtifactEntry[];
  /** Where the definition comes from, so that the run can be resumed by its id alone. */
  readonly source?: RunSource;
  /** Makes the run from an earlier one. */
  readonly rerun?: RerunStart;
  /**
   * Where its result tree starts, in the project's own repository: a branch, a tag or a commit. Default: what the outcome repository
   * gives every run. A re-run starts where its base says.
   */
  readonly revision?: string;
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
 * @throws StaticInputsError (`STATIC_INPUTS_INVALID`), `RUN_EXISTS`, RunIdError (`RUN_ID_INVALID`), RunNotOpenedError (`RUN_NOT_OPENED`), and what
 * the outcome repository, or what gives workspaces, throws. TypeError for a `revision` of a re-run, and without an outcome repository.
 */
export async function openRun(given: OpenRunOptions): Promise<RunContext> {
  const taken = given.inputs ? { ...given, inputs: takeStaticInputs(given.inputs) } : given;
  const { rootComponentId, revision, signal } = taken;
  if (!NodeId.safeParse(rootComponentId).success) throw new TypeError(`rootComponentId is not an id: ${rootComponentId}`);
  if (taken.rerun && revision !== undefined) throw new TypeError("a re-run starts where its base says: it takes no revision");
  assertInputFiles(taken.inputFiles ?? []);
  signal?.throwIfAborted();
  const claimed = await claimRun({ ...taken, kind: taken.rerun ? "rerun" : "run" }, taken.ports);
  const { env, ports } = claimed;
  const record = runRecord(claimed.journal, { ports, env });
  const shown = shownArtifacts(ports.view);
  let tree = NO_TREE;
  try {
    const options = await redactedStart(taken, ports);
    const { rerun, inputFiles = [] } = options;
    if (revision !== undefined && !ports.outcomes) throw new TypeError("a run without an outcome repository starts from no revision");
    if (rerun) for (const origin of rerun.origins) await ports.journals.retain(env.runId, origin, { via: rerun.record.of });
    const inputs = await recordStart(options, { env, ports, record });
    await showRun(ports, record.details());
    await shown.add(inputs);
    await showInputFiles(ports, inputFiles);
    tree = await openTree({ env, ports, record }, { rerun: rerun?.record, revision, signal });
    const parts = {
      rootComponentId,
      budget: options.budget,
      history: foldHistory().history,
      inputs: new Map(Object.entries(options.inputs ?? {})),
      inputFiles,
      signal,
    };
    return makeRunContext(parts, { ...claimed, record, ...tree, shown });
  } catch (error) {
    const opened = { ...claimed, record, ...tree, shown };
    // Why it could not be opened says more than that this cannot be recorded or released either.
    await completeRun(opened, { status: signal?.aborted ? "cancelled" : "failed", error }).catch(() => undefined);
    await releaseRun(opened).catch(() => undefined);
    throw redactedError(error, ports.redactor);
  }
}

/** One entry says that the run started and what it was given: whoever goes on with it has both or finds no run. */
async function recordStart(
  { rootComponentId, source, inputs, inputFiles = [], rerun, revision, budget }: OpenRunOptions,
  { env, ports, record }: Pick<OpenedRun, "env" | "ports" | "record">,
): Promise<readonly ArtifactEntry[]> {
  const given = inputs && (await keepInputs(ports, inputs));
  const facts = {
    executionId: env.executionId,
    rootComponentId,
    ...(rerun ? { rerun: rerun.record } : {}),
    ...(source ? { source } : {}),
    ...(revision === undefined ? {} : { revision }),
    ...(given ? { inputs: given } : {}),
    ...(budget === undefined ? {} : { budget }),
    ...(inputFiles.length > 0 ? { inputFiles: [...inputFiles] } : {}),
  };
  await record.add({ type: "run.started", ...facts });
  await recordTrace(record);
  return given ? [given] : [];
}
