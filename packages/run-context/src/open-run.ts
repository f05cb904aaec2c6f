import type { RunOutcome } from "@dad/outcome";
import { type Json, NodeId, RelativePath, type StaticInputs } from "@dad/protocol";
import { encodeArtifact } from "./artifact-to-keep.ts";
import { claimRun } from "./claim-run.ts";
import { completeRun, type OpenedRun } from "./complete-run.ts";
import { enterIsolation } from "./isolated-execution.ts";
import { keepArtifact } from "./keep-artifact.ts";
import type { RunContext } from "./run-context.ts";
import type { RunEnvOptions } from "./run-env.ts";
import { showRun } from "./run-face.ts";
import type { MakeRunPorts, RunPorts } from "./run-ports.ts";
import { releaseRun, runLife } from "./run-life.ts";
import { runRecord } from "./run-record.ts";

export interface OpenRunOptions extends RunEnvOptions {
  /** Id of the component that the run executes. */
  readonly rootComponentId: string;
  /** Values given from outside, by node path or unique id. */
  readonly inputs?: StaticInputs;
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
  if (!NodeId.safeParse(options.rootComponentId).success) throw new TypeError(`rootComponentId is not an id: ${options.rootComponentId}`);
  options.signal?.throwIfAborted();
  const claimed = await claimRun(options, options.ports);
  const record = runRecord(claimed.journal, claimed.ports, claimed.env);
  let outcome: RunOutcome | undefined;
  try {
    await record.add({ type: "run.started", executionId: claimed.env.executionId, rootComponentId: options.rootComponentId });
    await showRun(claimed.ports, record.details());
    outcome = await claimed.ports.outcomes?.open(claimed.env.runId, options.signal ? { signal: options.signal } : {});
    const run = runContext(options, { ...claimed, record, outcome });
    if (options.inputs) await run.registerInputs(options.inputs);
    return run;
  } catch (error) {
    const opened = { ...claimed, record, outcome };
    // Why it could not be opened says more than that this cannot be recorded or released either.
    await completeRun(opened, options.signal?.aborted ? "cancelled" : "failed", error).catch(() => undefined);
    await releaseRun(opened).catch(() => undefined);
    throw error;
  }
}

function runContext({ rootComponentId, signal }: OpenRunOptions, opened: OpenedRun): RunContext {
  const { env, ports, record, outcome } = opened;
  const life = runLife(opened, signal);
  const inputs = new Map<string, Json>();
  const run: RunContext = {
    rootComponentId,
    env,
    ports,
    outcome,
    inputs,
    signal: life.signal,
    async record(draft) {
      life.assertGoingOn();
      return record.add(draft);
    },
    async keep(artifact) {
      life.assertGoingOn();
      return keepArtifact(ports, artifact.name, encodeArtifact(artifact));
    },
    async show(artifacts) {
      await Promise.all(artifacts.map(async (artifact) => ports.view?.place(artifact.path, artifact)));
    },
    async registerInputs(more) {
      life.assertGoingOn();
      for (const [path, value] of Object.entries(more)) inputs.set(path, value);
      await recordInputs(opened, { inputs, added: Object.keys(more) });
    },
    async isolate(spec) {
      life.assertGoingOn();
      return enterIsolation(run, spec);
    },
    details: () => record.details(),
    complete: (status, error) => life.complete(status, error),
    [Symbol.asyncDispose]: () => life.release(),
  };
  return run;
}

interface ChangedInputs {
  readonly inputs: ReadonlyMap<string, Json>;
  readonly added: readonly string[];
}

async function recordInputs({ ports, record }: OpenedRun, { inputs, added }: ChangedInputs): Promise<void> {
  const path = RelativePath.parse("static_inputs/static_inputs.json");
  const bytes = `${JSON.stringify(Object.fromEntries(inputs), undefined, 2)}\n`;
  const artifact = await keepArtifact(ports, "static_inputs", { path, bytes, mediaType: "application/json" });
  await record.add({ type: "inputs.registered", artifact, paths: [...added] });
  await ports.view?.place(artifact.path, artifact);
}
