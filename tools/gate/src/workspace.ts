import { createProjectGraphAsync } from "@nx/devkit";
import { type Manifest, readManifest } from "./clone.ts";
import { type Layer, layerOf } from "./layers.ts";

export interface Project {
  readonly name: string;
  /** Relative to the root of the clone. */
  readonly directory: string;
  readonly layer: Layer;
  readonly manifest: Manifest;
}

export interface Workspace {
  readonly projects: readonly Project[];
  /** Pairs of project names, as Nx sees them: from manifests and from imports, those of tests too. */
  readonly edges: readonly (readonly [string, string])[];
}

/** The projects and how they depend on each other, from Nx's project graph. */
export async function readWorkspace(): Promise<Workspace> {
  const graph = await createProjectGraphAsync({ exitOnError: true });
  const projects = Object.values(graph.nodes).map((node) => ({
    name: node.name,
    directory: node.data.root,
    layer: layerOf(node.name, node.data.tags ?? []),
    manifest: readManifest(node.data.root),
  }));
  const known = new Set(projects.map((project) => project.name));
  const edges = Object.values(graph.dependencies)
    .flat()
    .filter((edge) => known.has(edge.target))
    .map((edge) => [edge.source, edge.target] as const);
  return { projects: projects.toSorted((left, right) => left.directory.localeCompare(right.directory)), edges };
}
