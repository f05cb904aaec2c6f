// Fault: whoever has seen that there is no such run gets it, be it that somebody else has made it meanwhile.
// Noticed by: lets exactly one of many open a run
import type { OutcomeFile, OutcomeRepository, RunOutcome } from "@dad/outcome";
import { memoryOutcomeRepository, type MemoryOutcomeRepository } from "@dad/outcome/memory";
import { outcomeRepositoryContract } from "@dad/outcome/testing";
import { DadError, type RunId } from "@dad/protocol";

let repository: MemoryOutcomeRepository;

function openHandedOutcomes(base: readonly OutcomeFile[]): OutcomeRepository {
  repository = memoryOutcomeRepository({ base });
  const { open, find } = repository;
  const opened = new Map<RunId, Promise<RunOutcome>>();
  return {
    ...repository,
    async open(runId, options) {
      const isThere = opened.has(runId);
      await find(runId);
      const earlier = isThere ? undefined : opened.get(runId);
      const opening = open(runId, options).catch((error: unknown) => {
        if (earlier && DadError.is(error, "OUTCOME_EXISTS")) return earlier;
        throw error;
      });
      if (!isThere) opened.set(runId, earlier ?? opening);
      return opening;
    },
  };
}

outcomeRepositoryContract("an outcome repository that makes a branch without looking again", {
  create: openHandedOutcomes,
  messageOf: (commit) => repository.message(commit) ?? "",
});
