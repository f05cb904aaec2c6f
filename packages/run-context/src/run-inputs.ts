import { type ArtifactEntry, type Json, RelativePath, type StaticInputs } from "@dad/protocol";
import type { OpenedRun } from "./complete-run.ts";
import { StaticInputsLateError } from "./errors.ts";
import { INPUT_DIRECTORY } from "./input-files.ts";
import { keepArtifact } from "./keep-artifact.ts";
import { redactedInputs } from "./redacted-start.ts";
import type { RunInputs } from "./run-context.ts";
import type { RunPorts } from "./run-ports.ts";
import { parseStaticInputs, takeStaticInputs } from "./static-inputs.ts";

export interface GrowingInputs {
  /** Those that are recorded already. */
  readonly recorded: ReadonlyMap<string, Json>;
  readonly files: readonly ArtifactEntry[];
  /** @throws when the run is over. */
  readonly assertGoingOn: () => void;
  /** Something of the run was executed, with the inputs that it had. */
  readonly hasBegun: () => boolean;
}

export function runInputs({ env, ports, record, shown }: OpenedRun, { recorded, files, assertGoingOn, hasBegun }: GrowingInputs): RunInputs {
  const values = new Map(recorded);
  let last: Promise<void> = Promise.resolve();

  const assertInTime = (): void => {
    assertGoingOn();
    if (hasBegun()) throw new StaticInputsLateError(env.runId);
  };

  async function add(given: StaticInputs): Promise<void> {
    assertInTime();
    const more = redactedInputs(given, ports.redactor);
    const artifact = await keepInputs(ports, { ...Object.fromEntries(values), ...more });
    assertInTime();
    await record.add({ type: "inputs.registered", artifact, paths: Object.keys(more) });
    for (const [path, value] of Object.entries(more)) values.set(path, value);
    await shown.add([artifact]);
  }

  /** One after the other: each artifact has all that was registered before it. */
  function inTurn(more: StaticInputs): Promise<void> {
    const taken = takeStaticInputs(more);
    assertInTime();
    if (Object.keys(taken).length === 0) return Promise.resolve();
    const added = last.then(() => add(taken));
    last = added.catch(() => undefined);
    return added;
  }

  return {
    values,
    files,
    register: async (path, value) => inTurn(Object.fromEntries([[path, value]])),
    load: async (given) => inTurn(typeof given === "string" ? parseStaticInputs(given, "static_inputs.json").values : given),
  };
}

/** Keeps all static inputs of a run, under the one name that they have in it. */
export async function keepInputs(ports: RunPorts, inputs: StaticInputs): Promise<ArtifactEntry> {
  const path = RelativePath.parse(`${INPUT_DIRECTORY}/static_inputs.json`);
  const bytes = `${JSON.stringify(inputs, undefined, 2)}\n`;
  return await keepArtifact(ports, "static_inputs", { path, bytes, mediaType: "application/json" });
}
