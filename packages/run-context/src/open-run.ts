import type { RunOutcome } from "@dad/outcome";
import { type ArtifactEntry, NodeId, type RunSource, type StaticInputs } from "@dad/protocol";
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
  /** Cancels the run. */
  readonly signal?: AbortSignal;
  /** The ports, or what makes them for this run. Ports that it `own`s are released with the run; all others stay their maker's. */
  readonly ports: RunPorts | MakeRunPorts;
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
  const { rootComponentId, signal } = options;
  if (!NodeId.safeParse(rootComponentId).success) throw new TypeError(`rootComponentId is not an id: ${rootComponentId}`);
  signal?.throwIfAborted();
  const claimed = await claimRun(options, options.ports);
  const { env, ports } = claimed;
  const record = runRecord(claimed.journal, { ports, env });
  const shown = shownArtifacts(ports.view);
  let outcome: RunOutcome | undefined;
  try {
    const inputs = await recordStart(options, { env, ports, record });
    await showRun(ports, record.details());
    await shown.add(inputs);
    outcome = await ports.outcomes?.open(env.runId, signal ? { signal } : {});
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
  { rootComponentId, source, inputs }: OpenRunOptions,
  { env, ports, record }: Pick<OpenedRun, "env" | "ports" | "record">,
): Promise<readonly ArtifactEntry[]> {
  const given = inputs && (await keepInputs(ports, inputs));
  const facts = { executionId: env.executionId, rootComponentId, ...(source ? { source } : {}), ...(given ? { inputs: given } : {}) };
  await record.add({ type: "run.started", ...facts });
  return given ? [given] : [];
}
