// Fault: every line of a message that looks like a trailer counts as one, be it that a model wrote it as the subject.
// Noticed by: tells what stands in a commit as it stands there, whatever it looks like
import type { OutcomeFile, OutcomeRepository } from "@dad/outcome";
import { memoryOutcomeRepository, type MemoryOutcomeRepository } from "@dad/outcome/memory";
import { outcomeRepositoryContract } from "@dad/outcome/testing";

let repository: MemoryOutcomeRepository;

function credulousOutcomes(base: readonly OutcomeFile[]): OutcomeRepository {
  repository = memoryOutcomeRepository({ base });
  const { log, message } = repository;
  return {
    ...repository,
    async log(to, options) {
      return (await log(to, options)).map((entry) => {
        const lines = [...(message(entry.commit) ?? "").matchAll(/^([A-Za-z-]+): ?(.*)$/gm)];
        return { ...entry, trailers: { ...entry.trailers, ...Object.fromEntries(lines.map(([, name, value]) => [name, value])) } };
      });
    },
  };
}

outcomeRepositoryContract("an outcome repository that believes every line", {
  create: credulousOutcomes,
  messageOf: (commit) => repository.message(commit) ?? "",
});
