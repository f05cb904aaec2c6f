/** A process that opens, fills and commits runs: `committer.ts <options as JSON> <run id> …`. */
import { gitOutcomeRepository, type GitOutcomeOptions } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";

const [, , options = "", ...names] = process.argv;
await using repository = gitOutcomeRepository(JSON.parse(options) as GitOutcomeOptions);
await Promise.all(
  names.map(async (name) => {
    await using run = await repository.open(RunId.parse(name));
    for (const path of ["a.txt", `own/${name}.txt`]) await run.write({ path, content: new TextEncoder().encode(name), executable: false });
    await run.commit({ subject: `By ${name}` });
  }),
);
