import { type AgentDefinition, type FlowDefinition, isDefinition } from "@dad/agent";
import { AgentAmbiguousError, AgentMissingError } from "../errors.ts";

/**
 * What a module offers to be run: its export `agent`, or else the only agent or flow that it exports.
 *
 * @throws AgentMissingError (`AGENT_MISSING`), AgentAmbiguousError (`AGENT_AMBIGUOUS`).
 */
export function pickAgent(exports: Readonly<Record<string, unknown>>, file: string): AgentDefinition | FlowDefinition {
  if (isDefinition(exports["agent"])) return exports["agent"];
  const runnable = Object.entries(exports).filter((entry): entry is [string, AgentDefinition | FlowDefinition] => isDefinition(entry[1]));
  const [only, ...others] = new Set(runnable.map(([, definition]) => definition));
  if (!only) throw new AgentMissingError(file, Object.keys(exports));
  if (others.length > 0)
    throw new AgentAmbiguousError(
      file,
      runnable.map(([name]) => name),
    );
  return only;
}
