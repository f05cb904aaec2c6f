import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Litter } from "@dad/disk";
import { checkGitOutcomes, indexLitter, type OutcomeNeeds, workTreeLitter } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { inDirectory } from "./directory.ts";
import { filesOnDisk } from "./files-on-disk.ts";
import type { Files } from "./git-tree.ts";
import {
  assertClean,
  assertOutcomes,
  git,
  lineOf,
  linesOf,
  type MadeRun,
  makePlace,
  type OutcomePlace,
  outcomesAt,
  repositoryAt,
} from "./outcome-place.ts";
import { madeBy } from "./many-outcomes.ts";
import { chanceOf, type Kind } from "./point.ts";
import { type Program, startProgram } from "./program.ts";
import type { OutcomeEnd } from "./programs/go-on-with-outcomes.ts";
import { killVictim, VICTIMS } from "./victims.ts";

export interface KilledOutcomesOptions {
  readonly repositories: number;
  /** In each of them. They are killed; another one makes runs meanwhile and is not disturbed. */
  readonly processes: number;
  /** Of each process, all at the same time. */
  readonly runs: number;
}

/** Runs are killed at random moments: each can be gone on with, or is cleared away, and nobody else notices. */
export function killedOutcomes({ repositories, processes, runs }: KilledOutcomesOptions): Kind {
  return {
    name: "outcome kills",
    tries: `${processes * runs} runs are killed at random moments, with their git commands, without them, or only those, beside others in one repository`,
    async points(seed) {
      return Array.from({ length: repositories }, (_, index) => ({
        name: `repository ${index + 1}`,
        attempt: () => inDirectory((root) => killInRepository(root, { processes, runs, seed: seed * 1000 + index })),
      }));
    },
  };
}

type Killing = Omit<KilledOutcomesOptions, "repositories"> & { readonly seed: number };

async function killInRepository(root: string, { processes, runs, seed }: Killing): Promise<void> {
  const place = await makePlace(root);
  const ids = (name: string) => Array.from({ length: runs }, (_, run) => RunId.parse(`${name}-${run}`));
  const groups = Array.from({ length: processes }, (_, process) => ({ place, seed, runIds: ids(`killed-${process}`) }));
  const undisturbed = madeBy({ place, seed, runIds: ids("undisturbed"), others: [], width: 1 });
  const killed = groups.map(killAndGoOn);
  // What is at work when another one fails needs the directory.
  await Promise.allSettled([undisturbed, ...killed]);
  const [made, left] = [await undisturbed, (await Promise.all(killed)).flat()];
  const work = await Promise.all(left.map(async (runId) => ({ runId, files: await workOf(place, runId) })));
  await sweep(place);
  for (const { runId, files } of work) await assertKept(place, runId, files);
  await assertSoundOutcomes(place, [...groups.flatMap(({ runIds }) => runIds), ...made.map(({ runId }) => runId)]);
  const others = await Promise.all(groups.flatMap(({ runIds }) => runIds).map((runId) => madeRun(place, runId, left)));
  await assertOutcomes(place, seed, [...made, ...others.filter((run) => run !== undefined)]);
  await assertClean(place);
}

interface Group {
  readonly place: OutcomePlace;
  readonly seed: number;
  readonly runIds: readonly RunId[];
}

const MOST_KILLS = 3;
/** In so many steps most runs are complete. */
const STEPS_OF_RUN = 5;
/** Longer than most steps take. */
const LONGEST_MS = 60;
/** What a command that is killed is told as. */
const FAILS = /^(OUTCOME_FAILED|OUTCOME_NOT_KEPT|GIT_UNAVAILABLE):/;

/** @returns the runs that nobody goes on with. */
async function killAndGoOn({ place, seed, runIds }: Group): Promise<readonly RunId[]> {
  const chance = chanceOf(`${seed} ${runIds[0]}`);
  const left = chance() < 0.5 ? runIds.slice(0, 1) : [];
  for (let kills = 1 + Math.floor(chance() * MOST_KILLS); kills > 0; kills--) {
    const victim = VICTIMS[Math.floor(chance() * VICTIMS.length)] ?? "all";
    const program = startProgram("go-on-with-outcomes", { place, seed, runIds });
    const ends: OutcomeEnd[] = [];
    for (let step = Math.floor(chance() * runIds.length * STEPS_OF_RUN); step > 0; step--) addTo(ends, await program.line());
    await delay(chance() * LONGEST_MS);
    await killVictim(program, victim);
    await addEnds(ends, program);
    for (const told of ends.flatMap(({ codes }) => codes)) assert(victim === "git" && FAILS.test(told), told);
  }
  const others = runIds.filter((runId) => !left.includes(runId));
  const ends = await addEnds([], startProgram("go-on-with-outcomes", { place, seed, runIds: others }));
  assert.deepEqual(ends.toSorted(byRun), others.map((runId) => ({ runId, codes: [] })).toSorted(byRun), "it does not go on");
  return left;
}

function byRun(one: OutcomeEnd, other: OutcomeEnd): number {
  return one.runId < other.runId ? -1 : 1;
}

/** Takes a line that a program prints. Those of its steps say nothing of the end of a run. */
function addTo(ends: OutcomeEnd[], line: string | undefined): void {
  const told = JSON.parse(line ?? "{}") as Partial<OutcomeEnd>;
  if (told.runId !== undefined) ends.push({ runId: told.runId, codes: told.codes ?? [] });
}

async function addEnds(ends: OutcomeEnd[], program: Program): Promise<OutcomeEnd[]> {
  for (let line = await program.line(); line !== undefined; line = await program.line()) addTo(ends, line);
  const { signal, code, errors } = await program.end;
  assert.equal(errors, "");
  assert(signal === "SIGKILL" || code === 0, `it ended with ${signal ?? code}`);
  return ends;
}

/** Clears away what nobody needs any more, as `dad gc` does. */
async function sweep(place: OutcomePlace): Promise<void> {
  const needs: OutcomeNeeds = { byRun: () => undefined, byAge: () => undefined, whileNobodyWorks: async (_runId, work) => work() };
  for (const litter of [workTreeLitter(outcomesAt(place), needs), indexLitter(outcomesAt(place), needs)])
    for await (const { path, verdict, around } of litter) if (verdict === "collect") await take(path, around);
}

/** What a run that nobody goes on with has in its working tree, but what is ignored and what somebody was just writing. */
async function workOf({ workDirectory }: OutcomePlace, runId: RunId): Promise<Files> {
  const directory = join(workDirectory, runId);
  const files = (await readdir(workDirectory)).includes(runId) ? await filesOnDisk(directory) : new Map();
  return new Map([...files].filter(([path]) => !/^ignored\/|\.dad_write_/.test(path)));
}

async function assertKept(place: OutcomePlace, runId: RunId, files: Files): Promise<void> {
  if (files.size === 0) return;
  const refs = await git(place, "for-each-ref", "--format=%(refname)", `refs/dad/snapshots/${runId}`, `refs/heads/run/${runId}`);
  const kept = new Set(await linesOf(place, refs.split("\n")[0] ?? ""));
  const lost = [...files].filter(([path, file]) => !kept.has(lineOf(path, file)));
  assert.deepEqual(lost, [], `what ${runId} left is lost`);
}

async function take(path: string, around: Litter["around"]): Promise<void> {
  const remove = async () => {
    await rm(path, { recursive: true });
    return true;
  };
  assert.equal(await (around ? around(remove) : remove()), true, `${path} is not cleared away`);
}

/** As `dad fsck` looks at them. */
async function assertSoundOutcomes(place: OutcomePlace, runIds: readonly RunId[]): Promise<void> {
  await using repository = repositoryAt(place);
  const runs = await Promise.all(runIds.map(async (runId) => ({ runId, uncertain: false, ended: true, outcome: await repository.find(runId) })));
  for await (const finding of checkGitOutcomes(outcomesAt(place), { runs, everything: true })) assert.fail(`${finding.code}: ${finding.what}`);
}

/** A run as its branch tells it. `undefined`: it was killed before it had one. */
async function madeRun(place: OutcomePlace, runId: RunId, left: readonly RunId[]): Promise<MadeRun | undefined> {
  const branch = `refs/heads/run/${runId}`;
  if ((await git(place, "for-each-ref", branch)) === "") return undefined;
  const commits = (await git(place, "rev-list", "--reverse", branch, "--not", "refs/heads/main", "--")).split("\n").filter((line) => line !== "");
  return { runId, from: undefined, commits, ...(left.includes(runId) ? { cutOff: true } : {}) };
}
