import type { InputRequest, ReportRun } from "@dad/protocol";

/** Something that can be done about a run, and the command for it. */
export interface NextStep {
  readonly what: string;
  readonly words: readonly string[];
}

/** What somebody who looks at a run may want to do now, what is most urgent first. */
export function nextSteps({ details, elements, outcome }: Pick<ReportRun, "details" | "elements" | "outcome">): readonly NextStep[] {
  const { runId, status, requests = [] } = details;
  const failed = elements.findLast((element) => element.attempts && element.status === "failed" && element.handled === undefined);
  return [
    ...requests.map((request) => answerStep(runId, request)),
    ...(status === "waiting" && requests.length > 0 ? [{ what: "Go on once that is answered", words: ["dad", "resume", runId] }] : []),
    ...(status === "interrupted" ? [{ what: "Go on where it was interrupted", words: ["dad", "resume", runId] }] : []),
    ...(status === "running" ? [{ what: "See it work", words: ["dad", "watch", runId] }] : []),
    ...(failed && status !== "running" ? failedSteps(runId, failed.path) : []),
    ...(status === "cancelled" ? [{ what: "Do what is left in a new run", words: ["dad", "rerun", runId, "--allow-unfinished"] }] : []),
    ...(outcome?.changes && outcome.changes.length > 0 && status === "completed" ? outcomeSteps(runId) : []),
    ...(status === "completed" ? [{ what: "Run it again, and reuse what is unchanged", words: ["dad", "rerun", runId] }] : []),
  ];
}

function failedSteps(runId: string, path: string): readonly NextStep[] {
  return [
    { what: "Run it again from the node that failed, and reuse all else", words: ["dad", "rerun", runId, "--from", path] },
    { what: "See what that node was made of", words: ["dad", "why", runId, path] },
  ];
}

function outcomeSteps(runId: string): readonly NextStep[] {
  return [
    { what: "Take its files into the project", words: ["dad", "outcome", "merge", runId] },
    { what: "See what it changed", words: ["dad", "outcome", "diff", runId] },
  ];
}

function answerStep(runId: string, { id, schema }: InputRequest): NextStep {
  const example = schema["type"] === "boolean" ? ["--yes"] : [];
  return { what: "Answer", words: ["dad", "answer", runId, id, ...example] };
}
