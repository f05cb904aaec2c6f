/** A process that works in a run until it is killed: `worker.ts <options as JSON> <run id>`. */
import { gitOutcomeRepository, type GitOutcomeOptions } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";

const [, , options = "", name = ""] = process.argv;
const repository = gitOutcomeRepository(JSON.parse(options) as GitOutcomeOptions);
const run = await repository.open(RunId.parse(name));
await run.write({ path: "half.txt", content: new TextEncoder().encode("half"), executable: false });
process.stdout.write("working\n");
process.stdin.resume();
