import { RelativePath, type RunDetails, type RunManifest, type RunMetadata } from "@dad/protocol";
import type { RunPorts } from "./run-ports.ts";

/** Shows the summary of a run to people and other tools: `run.json` and `.trace/dad_metadata.json`. Both are derived. */
export async function showRun({ view, isolation, resources }: RunPorts, details: RunDetails): Promise<void> {
  if (!view) return;
  const { runDir: _machineDependent, ...run } = details;
  const manifest: RunManifest = { format: "dad.run/1", ...run };
  await view.write(RelativePath.parse("run.json"), text(manifest));
  await view.write(RelativePath.parse(".trace/dad_metadata.json"), text(metadataOf(details, { isolation: isolation.name, profile: resources.name })));
}

function metadataOf(run: RunDetails, by: { readonly isolation: string; readonly profile: string }): RunMetadata {
  const { runId, executionId, rootComponentId, status, startedAt, endedAt, rerun } = run;
  const end = endedAt === null ? {} : { completedAt: endedAt, durationSeconds: Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) / 1000 };
  const runtime = { node: process.versions.node, platform: process.platform, arch: process.arch };
  return {
    format: "dad.metadata/1",
    runId,
    executionId,
    rootComponentId,
    status,
    createdAt: startedAt,
    ...end,
    ...(rerun ? { rerunInfo: rerun } : {}),
    ...by,
    runtime,
  };
}

function text(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
