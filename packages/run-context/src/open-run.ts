import type { RunOutcome } from "@dad/outcome";
import { ArtifactEntry, type EventDraft, errorEnvelope, type FinalStatus, type Json, type RunDetails, type StaticInputs } from "@dad/protocol";
import { type ArtifactToKeep, encodeArtifact } from "./artifact-to-keep.ts";
import { type ClaimedRun, claimRun } from "./claim-run.ts";
import { RunEndedError } from "./errors.ts";
import { enterIsolation } from "./isolated-execution.ts";
import type { RunContext } from "./run-context.ts";
import type { RunEnvOptions } from "./run-env.ts";
import { showRun } from "./run-face.ts";
import type { MakeRunPorts, RunPorts } from "./run-ports.ts";
import { type RunRecord, runRecord } from "./run-record.ts";

export interface OpenRunOptions extends Omit<RunEnvOptions, "rerun"> {
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
 * recorded as failed.
 *
 * @throws `RUN_EXISTS`, RunIdError (`RUN_ID_INVALID`), RunNotOpenedError (`RUN_NOT_OPENED`), and what
 * the ports throw when they are opened.
 */
export async function openRun(options: OpenRunOptions): Promise<RunContext> {
  options.signal?.throwIfAborted();
  const claimed = await claimRun(options, options.ports);
  const record = runRecord(claimed.journal, claimed.ports, claimed.env);
  let outcome: RunOutcome | undefined;
  try {
    await record.add({ type: "run.started", executionId: claimed.env.executionId, rootComponentId: options.rootComponentId });
    await showRun(claimed.ports, record.details());
    outcome = await openOutcome(claimed, options.signal);
    const run = runContext(options, { ...claimed, record, outcome });
    if (options.inputs) await run.registerInputs(options.inputs);
    return run;
  } catch (error) {
    // When the record itself is the trouble, the first error says more than that it cannot be recorded either.
    await complete({ ...claimed, record, outcome }, "failed", error).catch(() => undefined);
    await claimed.release();
    throw error;
  }
}

async function openOutcome({ ports, env, own }: ClaimedRun, signal: AbortSignal | undefined): Promise<RunOutcome | undefined> {
  return ports.outcomes && own(await ports.outcomes.open(env.runId, signal ? { signal } : {}));
}

interface OpenedRun extends ClaimedRun {
  readonly record: RunRecord;
  readonly outcome: RunOutcome | undefined;
}

function runContext({ rootComponentId, signal: given }: OpenRunOptions, opened: OpenedRun): RunContext {
  const { env, ports, record, outcome } = opened;
  const over = new AbortController();
  const inputs = new Map<string, Json>();
  let completion: Promise<RunDetails> | undefined;

  const run: RunContext = {
    rootComponentId,
    env,
    ports,
    outcome,
    inputs,
    signal: given ? AbortSignal.any([given, over.signal]) : over.signal,
    record: (draft) => record.add(draft),
    keep: (artifact) => keep(ports, artifact),
    async show(artifacts) {
      for (const artifact of artifacts) await ports.view?.place(artifact.path, artifact);
    },
    async registerInputs(more) {
      for (const [path, value] of Object.entries(more)) inputs.set(path, value);
      const artifact = await keep(ports, { name: "static_inputs", directory: "static_inputs", data: Object.fromEntries(inputs) });
      await record.add({ type: "inputs.registered", artifact, paths: Object.keys(more) });
      await run.show([artifact]);
    },
    isolate: (spec) => enterIsolation(run, spec),
    details: () => record.details(),
    async complete(status, error) {
      if (completion) throw new RunEndedError(env.runId);
      return (completion = complete(opened, status, error));
    },
    async [Symbol.asyncDispose]() {
      over.abort(new RunEndedError(env.runId));
      await completion?.catch(() => undefined);
      await opened.release();
    },
  };
  return run;
}

async function keep({ artifacts }: RunPorts, artifact: ArtifactToKeep): Promise<ArtifactEntry> {
  const { bytes, mediaType, path } = encodeArtifact(artifact);
  const content = await artifacts.put(bytes, { mediaType });
  return ArtifactEntry.parse({ ...content, name: artifact.name, path });
}

/** The commit comes before the end is recorded: a run that says it is over has its outcome. */
async function complete(run: OpenedRun, status: FinalStatus, error: unknown): Promise<RunDetails> {
  const committing = await commitOutcome(run, status).then(
    () => undefined,
    (cause: unknown) => ({ cause }),
  );
  const failure = committing ? { cause: error ?? committing.cause } : error === undefined ? undefined : { cause: error };
  await run.record.add(endOf(committing ? "failed" : status, failure, run.record.details()));
  const details = run.record.details();
  await showRun(run.ports, details);
  await flush(run.ports);
  if (committing) throw committing.cause;
  return details;
}

/** How long the end of a run waits for those who only watch. */
const WATCHERS_GRACE_MS = 1_000;

/** A subscriber that hangs and an exporter that cannot reach its collector neither fail nor hold up a run. */
async function flush({ events, observability }: RunPorts): Promise<void> {
  const signal = AbortSignal.timeout(WATCHERS_GRACE_MS);
  await Promise.allSettled([events.flush({ signal }), observability.flush({ signal })]);
}

async function commitOutcome({ outcome, env, record }: OpenedRun, status: FinalStatus): Promise<void> {
  if (!outcome) return;
  const subject = `[${env.runId}] Run ${status} at ${new Date().toISOString()}`;
  const committed = await outcome.commit({ subject, trailers: { "Dad-Run": env.runId } });
  await record.add({ type: "outcome.committed", outcome: committed });
}

function endOf(status: FinalStatus, failure: { readonly cause: unknown } | undefined, { usage }: RunDetails): EventDraft {
  if (status === "completed") return { type: "run.completed", usage };
  const error = failure && errorEnvelope(failure.cause);
  if (status === "cancelled") return { type: "run.cancelled", usage, ...(error ? { error } : {}) };
  return { type: "run.failed", usage, error: error ?? { code: "UNEXPECTED", message: "the run failed without an error", retryable: false } };
}
