/** A process that is killed when it has removed a part of the working tree of a run that it closes: `closer.ts <options as JSON> <run id>`. */
import { existsSync, readdirSync } from "node:fs";
import { gitOutcomeRepository, type GitOutcomeOptions } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";

const FILES = 100;
const [, , options = "", name = ""] = process.argv;
const repository = gitOutcomeRepository(JSON.parse(options) as GitOutcomeOptions);
const run = await repository.open(RunId.parse(name));
const write = (path: string) => run.write({ path, content: new TextEncoder().encode(path), executable: false });
for (let file = 0; file < FILES; file++) await write(`${file}.txt`);
await run.commit({ subject: "all" });
await write("late.txt");

const directory = run.directory ?? "";
const count = () => (existsSync(directory) ? readdirSync(directory).length : 0);
const all = count();
function watch(): void {
  if (count() < all) process.kill(process.pid, "SIGKILL");
  setImmediate(watch);
}
const closing = run[Symbol.asyncDispose]();
watch();
await closing;
