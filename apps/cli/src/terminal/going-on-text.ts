import type { RunDetails } from "@dad/protocol";
import { type CommandLine, resumeCommands } from "../project/next-commands.ts";

/** Who takes what was posted for a run, and when. */
export function goingOnText({ runId, status, source }: Pick<RunDetails, "runId" | "status" | "source">, line: CommandLine): string {
  if (status === "running") return "somebody works on the run, and takes it";
  const [resume] = resumeCommands({ runId, status, source }, line);
  return `the run is ${status}, and takes it when it goes on: ${resume ?? `${line("resume", runId)} <the file of its agent>`}`;
}
