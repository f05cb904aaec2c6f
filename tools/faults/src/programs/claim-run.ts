/** Claims a run when it is told to, prints how that went, and, when it won, keeps the run until there is nothing more to be told. */
import { once } from "node:events";
import { createInterface } from "node:readline";
import { DadError } from "@dad/protocol";
import { openRun } from "@dad/run-context";
import { argumentOf } from "../program.ts";
import { portsIn } from "../small-run.ts";

const { root, runId } = argumentOf<{ readonly root: string; readonly runId: string }>();
const input = createInterface({ input: process.stdin });
console.log("ready");
await once(input, "line");
try {
  await using run = await openRun({ rootComponentId: "small", runRoot: root, runId, ports: portsIn(root) });
  console.log(JSON.stringify({ won: process.pid }));
  await once(input, "close");
  await run.complete("completed");
} catch (error) {
  if (!DadError.is(error)) throw error;
  console.log(JSON.stringify({ code: error.code, owner: error.details?.["owner"] }));
  input.close();
}
