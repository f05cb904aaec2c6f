import type { ForkReport } from "@dad/protocol";
import type { CommandLine } from "./next-commands.ts";

/**
 * The commands to look further with. The child that is looked at is the first that completed and gave something else than the earlier
 * run, or else the first that completed, or else the first that there is. What children wait for comes before all that.
 */
export function forkCommands({ of, children }: Pick<ForkReport, "of" | "children">, line: CommandLine): string[] {
  const waiting = children.some(({ status }) => status === "waiting") ? [line("inputs")] : [];
  return [...waiting, ...comparing({ of, children }, line)];
}

function comparing({ of, children }: Pick<ForkReport, "of" | "children">, line: CommandLine): string[] {
  const completed = children.filter(({ status }) => status === "completed");
  const told = completed.find(({ outputs }) => outputs !== of.outputs) ?? completed[0] ?? children.find(({ runId }) => runId !== null);
  if (!told?.runId) return [line("show", of.runId)];
  // Two children that differ are the other thing to look at.
  const other = completed.find(({ outputs }) => outputs !== told.outputs && outputs !== of.outputs);
  return [line("diff", of.runId, told.runId), ...(other?.runId ? [line("diff", told.runId, other.runId)] : []), line("show", told.runId)];
}
