/** A process that opens runs at a revision of the project: `project-opener.ts <options as JSON> <revision> <run id> …`. */
import { gitOutcomeRepository, type GitOutcomeOptions } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";

const [, , options = "", revision = "", ...names] = process.argv;
await using repository = gitOutcomeRepository(JSON.parse(options) as GitOutcomeOptions);
await Promise.all(
  names.map(async (name) => {
    await using run = await repository.open(RunId.parse(name), { revision });
    await run.write({ path: "own.txt", content: new TextEncoder().encode(name), executable: false });
    await run.commit({ subject: `By ${name}` });
  }),
);
