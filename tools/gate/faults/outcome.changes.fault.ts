// Fault: a commit of changes only is left out when no file came or went, whatever is in the files.
// Noticed by: notices every kind of change
import type { OutcomeFile, OutcomeRepository, RunOutcome } from "@dad/outcome";
import { memoryOutcomeRepository, type MemoryOutcomeRepository } from "@dad/outcome/memory";
import { outcomeRepositoryContract } from "@dad/outcome/testing";

let repository: MemoryOutcomeRepository;

function forgetfulRun(run: RunOutcome): RunOutcome {
  const written = new Set<string>();
  let last = run.start;
  let isNew = false;
  return {
    ...run,
    async write(file) {
      await run.write(file);
      isNew ||= !written.has(file.path);
      written.add(file.path);
    },
    async commit(options) {
      if (options.onlyChanged && !isNew) return last;
      isNew = false;
      return (last = await run.commit(options));
    },
  };
}

function forgetfulOutcomes(base: readonly OutcomeFile[]): OutcomeRepository {
  repository = memoryOutcomeRepository({ base });
  const { open } = repository;
  return { ...repository, open: async (runId, options) => forgetfulRun(await open(runId, options)) };
}

outcomeRepositoryContract("an outcome repository that looks at no content", {
  create: forgetfulOutcomes,
  messageOf: (commit) => repository.message(commit) ?? "",
});
