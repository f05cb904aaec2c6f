import { nameHint, type RunDetails } from "@dad/protocol";
import { UsageError } from "../errors.ts";

/**
 * A run with only those of its nodes and components that are at a path or below it.
 *
 * @throws UsageError (`USAGE_INVALID`) when nothing that was begun is there, with what may have been meant.
 */
export function onlyAt({ nodes, components = [], ...run }: RunDetails, path: string): RunDetails {
  const isMeant = (item: { readonly path: string }): boolean => item.path === path || item.path.startsWith(`${path}.`);
  const meant = { nodes: nodes.filter(isMeant), components: components.filter(isMeant) };
  if (meant.nodes.length + meant.components.length > 0) return { ...run, ...meant };
  const known = [...components, ...nodes].map((item) => item.path);
  throw new UsageError(`nothing of run ${run.runId} is at ${JSON.stringify(path)}; ${nameHint(path, known)}`);
}
