import type { Json, NodePath } from "@dad/protocol";
import type { Place, Walk } from "./walk.ts";

export interface RenderedSettings {
  readonly settings: Json;
  /** The same without what is the run's own. */
  readonly plain: Json;
  /** They name the directory of the input files. */
  readonly inputFiles: boolean;
}

/** The settings of a node, and what is known of them. */
export function renderedSettings(
  { host, render }: Walk,
  settings: Json,
  { place, reads }: { readonly place: Place; readonly reads: Set<NodePath> },
): RenderedSettings {
  const { path, parent: frame } = place;
  const own = new Set<string>();
  const rendered = host.decisions.settings(place, render(settings, { frame, path, reads, own }));
  const told = { settings: rendered, plain: rendered, inputFiles: own.has("inputDirectory") };
  if (own.size === 0) return told;
  try {
    return { ...told, plain: host.decisions.settings(place, render(settings, { frame, path, plain: true })) };
  } catch {
    // An expression computes with it what it cannot compute with a placeholder.
    return told;
  }
}
