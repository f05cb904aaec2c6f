// Fault: the history of a run begins with what the run started from.
// Noticed by: tells the commits of a run, the newest first, without what it started from
import type { OutcomeFile, OutcomeRepository } from "@dad/outcome";
import { memoryOutcomeRepository, type MemoryOutcomeRepository } from "@dad/outcome/memory";
import { outcomeRepositoryContract } from "@dad/outcome/testing";

let repository: MemoryOutcomeRepository;

function longWindedOutcomes(base: readonly OutcomeFile[]): OutcomeRepository {
  repository = memoryOutcomeRepository({ base });
  const { log } = repository;
  return {
    ...repository,
    async log(to, options = {}) {
      const entries = await log(to, options);
      const before = entries.at(-1)?.parent;
      if (options.from !== undefined || before === undefined) return entries;
      const [first] = await log(before);
      return first ? [...entries, first] : entries;
    },
  };
}

outcomeRepositoryContract("an outcome repository whose history begins too early", {
  create: longWindedOutcomes,
  messageOf: (commit) => repository.message(commit) ?? "",
});
