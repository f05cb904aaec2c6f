// Fault: changes that conflict with what the run has are brought as far as they fit.
// Noticed by: changes nothing at all when the run itself has
import type { OutcomeFile, OutcomeRepository } from "@dad/outcome";
import { memoryOutcomeRepository, type MemoryOutcomeRepository } from "@dad/outcome/memory";
import { outcomeRepositoryContract } from "@dad/outcome/testing";
import { DadError } from "@dad/protocol";

const pathsOf = (error: DadError): readonly string[] => error.details["paths"] as readonly string[];

let repository: MemoryOutcomeRepository;

function halfDoneOutcomes(base: readonly OutcomeFile[]): OutcomeRepository {
  repository = memoryOutcomeRepository({ base });
  const { open, changes, files } = repository;
  return {
    ...repository,
    async open(runId, options) {
      const run = await open(runId, options);
      return {
        ...run,
        async bring(change, options) {
          await run.bring(change, options).catch(async (error: unknown) => {
            const fitting = new Set((await changes(change.to, { from: change.from })).map(({ path }) => path));
            if (DadError.is(error, "OUTCOME_CONFLICT")) for (const path of pathsOf(error)) fitting.delete(path);
            for (const file of files(change.to) ?? []) if (fitting.has(file.path)) await run.write(file);
            throw error;
          });
        },
      };
    },
  };
}

outcomeRepositoryContract("an outcome repository that brings a part of what conflicts", {
  create: halfDoneOutcomes,
  messageOf: (commit) => repository.message(commit) ?? "",
});
