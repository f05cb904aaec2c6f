// Makes runs whose contents are the same ones again and again, several at a time: the directory of the project, a name, how many.
import { join } from "node:path";
import { localMaintenance, localStore } from "@dad/local";
import { makeRun } from "./made-runs.ts";
import { anyOfPool, collect } from "./pool.ts";

const [projectRoot = "", name = "", count = "0"] = process.argv.slice(2);
const WIDTH = 6;
await using store = localStore({ projectRoot, durability: "relaxed", hostEnv: process.env });
await using maintenance = localMaintenance({ runRoot: join(projectRoot, "runs"), hostEnv: process.env });
const numbers = Array.from({ length: Number(count) }, (_, number) => number).values();

/** Between the content and the entry that names it: the worst moment for it. */
async function collectNow(): Promise<void> {
  await store.artifacts.put(anyOfPool());
  await collect(maintenance);
}

async function work(): Promise<void> {
  for (const number of numbers) await makeRun(store, { runId: `${name}-${number}`, large: anyOfPool(), beforeRecord: collectNow });
}

await Promise.all(Array.from({ length: WIDTH }, work));
console.log("done");
