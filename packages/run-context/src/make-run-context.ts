import { type ArtifactEntry, type Json, RelativePath, type StaticInputs } from "@dad/protocol";
import { encodeArtifact } from "./artifact-to-keep.ts";
import type { OpenedRun } from "./complete-run.ts";
import { enterIsolation } from "./isolated-execution.ts";
import { keepArtifact } from "./keep-artifact.ts";
import type { RunContext } from "./run-context.ts";
import type { RunHistory } from "./run-history.ts";
import { runLife } from "./run-life.ts";
import type { RunPorts } from "./run-ports.ts";

export interface RunContextParts {
  readonly rootComponentId: string;
  readonly history: RunHistory;
  /** The static inputs that are recorded already. Is changed. */
  readonly inputs: Map<string, Json>;
  /** Cancels the run. */
  readonly signal: AbortSignal | undefined;
}

/** What a component sees of a run that is open. */
export function makeRunContext({ rootComponentId, history, inputs, signal }: RunContextParts, opened: OpenedRun): RunContext {
  const { env, ports, record, outcome, directory, shown } = opened;
  const life = runLife(opened, signal);
  const run: RunContext = {
    rootComponentId,
    env,
    ports,
    outcome,
    directory,
    inputs,
    history,
    signal: life.signal,
    async record(draft, options) {
      life.assertGoingOn();
      return record.add(draft, options);
    },
    tell: (draft) => ports.events.publish({ ...draft, runId: env.runId, time: new Date().toISOString() }),
    async keep(artifact) {
      life.assertGoingOn();
      return keepArtifact(ports, artifact.name, encodeArtifact(artifact));
    },
    show: (artifacts) => shown.add(artifacts),
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
    complete: (status, error) => life.complete({ status, error }),
    park: (requests) => life.complete({ status: "waiting", requests }),
    [Symbol.asyncDispose]: () => life.release(),
  };
  return run;
}

/** Keeps all static inputs of a run, under the one name that they have in it. */
export async function keepInputs(ports: RunPorts, inputs: StaticInputs): Promise<ArtifactEntry> {
  const path = RelativePath.parse("static_inputs/static_inputs.json");
  const bytes = `${JSON.stringify(inputs, undefined, 2)}\n`;
  return await keepArtifact(ports, "static_inputs", { path, bytes, mediaType: "application/json" });
}

interface ChangedInputs {
  readonly inputs: ReadonlyMap<string, Json>;
  readonly added: readonly string[];
}

async function recordInputs({ ports, record, shown }: OpenedRun, { inputs, added }: ChangedInputs): Promise<void> {
  const artifact = await keepInputs(ports, Object.fromEntries(inputs));
  await record.add({ type: "inputs.registered", artifact, paths: [...added] });
  await shown.add([artifact]);
}
