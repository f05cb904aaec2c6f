// Tries everything that can happen to a run, and tells how many points were tried and which do not hold.
// `--only <kind>` (repeatable) chooses kinds; `--all` tries all points also of the kinds of which otherwise a sample is tried; `--budget <seconds>` bounds the time; `--seed <number>` decides what is left to chance.
import { availableParallelism } from "node:os";
import { inspect, parseArgs } from "node:util";
import { messageOf } from "@dad/protocol";
import { allKinds } from "./kinds.ts";
import { type Kind, type KindReport, type PointFailure, tryPoints } from "./point.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    all: { type: "boolean", default: false },
    budget: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});
const seed = numberOf("seed", values.seed);
const budgetMs = values.budget === undefined ? Number.POSITIVE_INFINITY : numberOf("budget", values.budget) * 1000;

function numberOf(option: string, text: string): number {
  if (!/^[0-9]+$/.test(text)) throw new TypeError(`--${option} takes a whole number, not ${text}`);
  return Number(text);
}

function chosenKinds(): readonly Kind[] {
  const kinds = allKinds();
  const unknown = (values.only ?? []).filter((name) => !kinds.some((kind) => kind.name === name));
  if (unknown.length > 0) throw new TypeError(`there is no kind ${unknown.join(", ")}; there are ${kinds.map(({ name }) => name).join(", ")}`);
  return values.only ? kinds.filter(({ name }) => values.only?.includes(name)) : kinds;
}

function show({ kind, tried, all, failures }: KindReport): void {
  const held = failures.length === 0 ? "all hold" : `${failures.length} DO NOT HOLD`;
  console.log(`${kind.name.padEnd(17)} ${tried} of ${all} times that ${kind.tries}: ${held}`);
  for (const same of Map.groupBy(failures, ({ error }) => messageOf(error)).values()) showFailures(same);
}

/** What goes wrong in the same way is told once. */
function showFailures(failures: readonly PointFailure[]): void {
  for (const { name } of failures) console.log(`    ${name}`);
  console.log(inspect(failures[0]?.error).replaceAll(/^/gm, "        "));
}

const started = performance.now();
// One more than there are cores: somebody always waits for a disk.
const reports = await tryPoints(chosenKinds(), {
  seed,
  budgetMs,
  width: availableParallelism() + 1,
  ...(values.all ? { most: Number.POSITIVE_INFINITY } : {}),
});
for (const report of reports) show(report);
const points = reports.reduce((sum, { tried }) => sum + tried, 0);
console.log(`${points} points in ${((performance.now() - started) / 1000).toFixed(0)} s, seed ${seed}`);
process.exitCode = reports.every(({ tried, failures }) => tried > 0 && failures.length === 0) ? 0 : 1;
