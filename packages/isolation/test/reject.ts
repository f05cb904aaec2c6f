/** Has two runs under way, lets one of them (or nobody, with `host`) forget a rejection, and tells who heard of it and how the other one ended. */
import { setTimeout as delay } from "node:timers/promises";
import { processScope, type RunPlace } from "@dad/isolation/scope";
import { RunId } from "@dad/protocol";

const [who, listens] = process.argv.slice(2);
const scope = processScope();
const installed = scope.install();
const heard: string[] = [];

function place(name: string): RunPlace {
  const told = { onUnhandledRejection: (reason: unknown) => void heard.push(`${scope.current()?.runId}: ${(reason as Error).message}`) };
  return { runId: RunId.parse(name), env: {}, cwd: "/", signal: new AbortController().signal, ...(who === "untold" ? {} : told) };
}

async function forget(): Promise<void> {
  await delay(1);
  void Promise.reject(new Error("nobody cares"));
}

if (listens) process.on("unhandledRejection", () => heard.push(`listener: ${scope.current()?.runId}`));
const other = scope.run(place("run2"), async () => {
  await delay(50);
  return "run2 goes on";
});
await (who === "host" ? forget() : scope.run(place("run1"), forget));
console.log(JSON.stringify([await other, ...heard]));
installed[Symbol.dispose]();
console.log(process.listenerCount("unhandledRejection"));
