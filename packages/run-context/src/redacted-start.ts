import { type ArtifactEntry, type RerunOf, RelativePath, type StaticInputs } from "@dad/protocol";
import type { Redactor } from "@dad/secrets";
import { INPUT_DIRECTORY } from "./input-files.ts";
import { keepArtifact } from "./keep-artifact.ts";
import { redactedName } from "./redacted-artifact.ts";
import type { RunPorts } from "./run-ports.ts";

interface RunStart {
  readonly inputs?: StaticInputs;
  readonly inputFiles?: readonly ArtifactEntry[];
  readonly rerun?: { readonly record: RerunOf };
}

/** What a run is made with, as it is recorded: so whoever goes on with it has what was there from the beginning. */
export async function redactedStart<Options extends RunStart>(
  options: Options,
  { artifacts, redactor }: Pick<RunPorts, "artifacts" | "redactor">,
): Promise<Options> {
  if (redactor === undefined || redactor.secrets.length === 0) return options;
  const { inputs, inputFiles, rerun } = options;
  return {
    ...options,
    ...(inputs ? { inputs: redactedInputs(inputs, redactor) } : {}),
    ...(inputFiles ? { inputFiles: await Promise.all(inputFiles.map((file) => redactedInputFile(file, { artifacts, redactor }))) } : {}),
    ...(rerun ? { rerun: { ...rerun, record: redactedRerun(rerun.record, redactor) } } : {}),
  };
}

/** They are called like what they are for. */
export function redactedInputs(inputs: StaticInputs, redactor: Redactor | undefined): StaticInputs {
  return redactor ? Object.fromEntries(Object.entries(inputs).map(([path, value]) => [path, redactor.json(value)])) : inputs;
}

/** Content that is stored by now was redacted by whoever stored it. */
async function redactedInputFile(
  { data, ...entry }: ArtifactEntry,
  { artifacts, redactor }: Pick<RunPorts, "artifacts"> & { readonly redactor: Redactor },
): Promise<ArtifactEntry> {
  const path = redactedName(entry.path.slice(INPUT_DIRECTORY.length + 1), redactor);
  const named = { ...entry, name: redactedName(entry.name, redactor), path: RelativePath.parse(`${INPUT_DIRECTORY}/${path}`) };
  if (data === undefined) return named;
  const content = Buffer.from(data, "base64");
  const redacted = redactor.bytes(content);
  if (redacted === content) return { ...named, data };
  return await keepArtifact({ artifacts }, named.name, { bytes: redacted, mediaType: entry.mediaType, path: named.path, shown: entry.shown });
}

function redactedRerun({ set, ...rerun }: RerunOf, redactor: Redactor): RerunOf {
  return set === undefined
    ? rerun
    : { ...rerun, set: Object.fromEntries(Object.entries(set).map(([path, members]) => [path, redactor.json(members)])) };
}
