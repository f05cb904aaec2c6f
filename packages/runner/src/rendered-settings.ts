import type { Json, NodePath } from "@dad/protocol";
import type { Place, Walk } from "./walk.ts";

/** The settings of a node, and the same without what is the run's own. */
export function renderedSettings(
  { host, render }: Walk,
  settings: Json,
  { place, reads }: { readonly place: Place; readonly reads: Set<NodePath> },
): { readonly settings: Json; readonly plain: Json } {
  const { path, parent: frame } = place;
  const own = new Set<string>();
  const rendered = host.decisions.settings(place, render(settings, { frame, path, reads, own }));
  if (own.size === 0) return { settings: rendered, plain: rendered };
  try {
    return { settings: rendered, plain: host.decisions.settings(place, render(settings, { frame, path, plain: true })) };
  } catch {
    // An expression computes with it what it cannot compute with a placeholder.
    return { settings: rendered, plain: rendered };
  }
}
