// Fault: a run that has no file of a name is shown the file of another run.
// Noticed by: never shows one run the files of another
import type { OutcomeFile, OutcomeRepository } from "@dad/outcome";
import { memoryOutcomeRepository, type MemoryOutcomeRepository } from "@dad/outcome/memory";
import { outcomeRepositoryContract } from "@dad/outcome/testing";

let repository: MemoryOutcomeRepository;

function sharedOutcomes(base: readonly OutcomeFile[]): OutcomeRepository {
  repository = memoryOutcomeRepository({ base });
  const { open } = repository;
  const written = new Map<string, OutcomeFile>();
  return {
    ...repository,
    async open(runId, options) {
      const run = await open(runId, options);
      return {
        ...run,
        async write(file) {
          await run.write(file);
          written.set(file.path, file);
        },
        read: async (path) => (await run.read(path)) ?? written.get(path),
      };
    },
  };
}

outcomeRepositoryContract("an outcome repository in which runs see each other", {
  create: sharedOutcomes,
  messageOf: (commit) => repository.message(commit) ?? "",
});
