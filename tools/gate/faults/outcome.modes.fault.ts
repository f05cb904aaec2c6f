// Fault: what may be executed may no longer be when it is checked out.
// Noticed by: writes the files of a commit, with their bytes and modes, and nothing else
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import type { OutcomeFile, OutcomeRepository } from "@dad/outcome";
import { memoryOutcomeRepository, type MemoryOutcomeRepository } from "@dad/outcome/memory";
import { outcomeRepositoryContract } from "@dad/outcome/testing";

let repository: MemoryOutcomeRepository;

function tameOutcomes(base: readonly OutcomeFile[]): OutcomeRepository {
  repository = memoryOutcomeRepository({ base });
  const { checkout, files } = repository;
  return {
    ...repository,
    async checkout(commit, directory, options) {
      const written = await checkout(commit, directory, options);
      for (const { path, executable } of files(commit) ?? []) if (executable) await chmod(join(directory, path), 0o644);
      return written;
    },
  };
}

outcomeRepositoryContract("an outcome repository that loses modes", {
  create: tameOutcomes,
  messageOf: (commit) => repository.message(commit) ?? "",
});
