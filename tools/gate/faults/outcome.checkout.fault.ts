// Fault: a commit is written over what is in a directory.
// Noticed by: writes nothing where something is
import { cp, rm, stat } from "node:fs/promises";
import type { OutcomeFile, OutcomeRepository } from "@dad/outcome";
import { memoryOutcomeRepository, type MemoryOutcomeRepository } from "@dad/outcome/memory";
import { outcomeRepositoryContract } from "@dad/outcome/testing";

let repository: MemoryOutcomeRepository;

const isDirectory = async (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );

function ruthlessOutcomes(base: readonly OutcomeFile[]): OutcomeRepository {
  repository = memoryOutcomeRepository({ base });
  const { checkout } = repository;
  return {
    ...repository,
    async checkout(commit, directory, options) {
      if (!(await isDirectory(directory))) return checkout(commit, directory, options);
      const beside = `${directory}-beside`;
      const written = await checkout(commit, beside, options);
      await cp(beside, directory, { recursive: true, force: true });
      await rm(beside, { recursive: true });
      return written;
    },
  };
}

outcomeRepositoryContract("an outcome repository that overwrites what is in a directory", {
  create: ruthlessOutcomes,
  messageOf: (commit) => repository.message(commit) ?? "",
});
