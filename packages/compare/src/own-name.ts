import { isGeneratedRunId } from "@dad/protocol";

/** What stands in place of the name of a run. */
const OWN_NAME = "<run>";

/**
 * Text without what only names the run that it is of, so that equal work in two runs gives equal texts. A name that a person chose
 * may be any word, also one of a path, and is only meant directly in a directory of runs, or of what DAD keeps for them.
 */
export function withoutOwnName(text: string, runId: string): string {
  if (!text.includes(runId)) return text;
  if (isGeneratedRunId(runId)) return text.replaceAll(runId, OWN_NAME);
  return text.replaceAll(new RegExp(String.raw`(?<=/(?:runs|\.dad/[a-z]+)/)${runId.replaceAll(".", String.raw`\.`)}(?![\w.-])`, "g"), OWN_NAME);
}
