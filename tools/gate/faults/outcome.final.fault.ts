// Fault: a run that ends as its last node left it gets no commit of its own.
// Noticed by: makes a commit of its own for every end, also when nothing has changed
import type { OutcomeFile, OutcomeRepository } from "@dad/outcome";
import { memoryOutcomeRepository, type MemoryOutcomeRepository } from "@dad/outcome/memory";
import { outcomeRepositoryContract } from "@dad/outcome/testing";

let repository: MemoryOutcomeRepository;

function thriftyOutcomes(base: readonly OutcomeFile[]): OutcomeRepository {
  repository = memoryOutcomeRepository({ base });
  const { open } = repository;
  return {
    ...repository,
    async open(runId, options) {
      const run = await open(runId, options);
      return { ...run, commit: (commit) => run.commit({ ...commit, onlyChanged: commit.final ?? commit.onlyChanged ?? false }) };
    },
  };
}

outcomeRepositoryContract("an outcome repository that saves itself the last commit", {
  create: thriftyOutcomes,
  messageOf: (commit) => repository.message(commit) ?? "",
});
