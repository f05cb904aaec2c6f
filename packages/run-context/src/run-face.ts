import { RelativePath, type RunDetails, type RunManifest, type RunMetadata } from "@dad/protocol";
import { withoutData } from "./origin-contents.ts";
import { METADATA } from "./run-env.ts";
import type { RunPorts } from "./run-ports.ts";

/** A run without the small contents that travel with their names: what people and other tools are shown. */
export function withoutContents(run: RunDetails): RunDetails {
  return { ...run, nodes: run.nodes.map((node) => ({ ...node, artifacts: withoutData(node.artifacts) })) };
}

/** Shows the summary of a run to people and other tools: `run.json` and `.trace/dad_metadata.json`. Both are derived. */
export async function showRun({ view, isolation, resources }: RunPorts, details: RunDetails): Promise<void> {
  if (!view) return;
  await view.write(MANIFEST, documentText(manifestOf(details)));
  await view.write(METADATA, documentText(metadataOf(details, { isolation: isolation.name, profile: resources.name })));
}

/** Where the manifest of a run is read. */
export const MANIFEST: RelativePath = RelativePath.parse("run.json");

/** What `run.json` says of a run. */
export function manifestOf(details: RunDetails): RunManifest {
  const { runDir: _machineDependent, ...run } = withoutContents(details);
  return { format: "dad.run/1", ...run };
}

/** The text of a document in a run directory. */
export function documentText(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function metadataOf(run: RunDetails, by: { readonly isolation: string; readonly profile: string }): RunMetadata {
  const { runId, executionId, rootComponentId, status, startedAt, endedAt, rerun, spaces } = run;
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
    ...(spaces ? { spaces } : {}),
    runtime,
  };
}
