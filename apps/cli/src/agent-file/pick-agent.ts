import type { AgentDefinition, FlowDefinition } from "@dad/agent";
import { AgentAmbiguousError, AgentMissingError } from "../errors.ts";

/**
 * What a module offers to be run: its export `agent`, or else the only agent or flow that it exports.
 *
 * @throws AgentMissingError (`AGENT_MISSING`), AgentAmbiguousError (`AGENT_AMBIGUOUS`).
 */
export function pickAgent(exports: Readonly<Record<string, unknown>>, file: string): AgentDefinition | FlowDefinition {
  if (isRunnable(exports["agent"])) return exports["agent"];
  const runnable = Object.entries(exports).filter((entry): entry is [string, AgentDefinition | FlowDefinition] => isRunnable(entry[1]));
  const [only, ...others] = new Set(runnable.map(([, definition]) => definition));
  if (!only) throw new AgentMissingError(file, Object.keys(exports));
  if (others.length > 0)
    throw new AgentAmbiguousError(
      file,
      runnable.map(([name]) => name),
    );
  return only;
}

/** Judged by its form: it may come from another copy of the package. */
function isRunnable(value: unknown): value is AgentDefinition | FlowDefinition {
  if (typeof value !== "object" || value === null) return false;
  const { kind, id, elements } = value as Partial<AgentDefinition>;
  return ["agent", "flow"].includes(String(kind)) && typeof id === "string" && Array.isArray(elements);
}
