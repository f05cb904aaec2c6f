/**
 * What it takes to commit the files of a run, and to make and remove its working tree, as a ratio to plain git with the same files in the same
 * program. Usage: `outcome.ts [rounds] [files of a commit, …] [files of a working tree, …]`, for instance `outcome.ts 5 1,100,10000 200,10000`.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RunOutcome } from "@dad/outcome";
import { gitOutcomeRepository } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { inDirectory, median, milliseconds } from "./measure.ts";
import { addAndCommit, plainGit } from "./plain-git.ts";

const rounds = Number(process.argv[2] ?? 5);
const counts = countsIn(process.argv[3] ?? "1,100,10000");
const trees = countsIn(process.argv[4] ?? "200,10000");
const FILE_BYTES = 1_000;
const PER_DIRECTORY = 100;

function countsIn(list: string): number[] {
  return list.split(",").flatMap((count) => (count === "" ? [] : [Number(count)]));
}

/** What a file costs depends on its content, so that no two are the same, and in each round there are others. */
async function writeFiles(directory: string, { count, round }: { readonly count: number; readonly round: number }): Promise<void> {
  for (let index = 0; index < count; index++) {
    const path = join(directory, `out/${Math.floor(index / PER_DIRECTORY)}/${index}.txt`);
    if (index % PER_DIRECTORY === 0) await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `round ${round}, file ${index}\n`.repeat(FILE_BYTES / 20));
  }
}

interface Sample {
  readonly took: number;
  readonly floor: number;
}
const samples = new Map<string, Sample[]>();
const processes = new Map<string, number>();

/** Both ways after one another, in another order each time. The first round is for the machine to get used to it. */
async function compare(name: string, round: number, ways: { readonly ours: () => Promise<unknown>; readonly plain: () => Promise<unknown> }) {
  const measured = { ours: 0, plain: 0 };
  for (const way of round % 2 === 0 ? (["ours", "plain"] as const) : (["plain", "ours"] as const)) measured[way] = await milliseconds(ways[way]);
  if (round > 0) samples.set(name, [...(samples.get(name) ?? []), { took: measured.ours, floor: measured.plain }]);
}

/** A git that notes that it was called, in the round that is not measured: to be started twice takes time. */
async function countingGit(directory: string): Promise<{ readonly program: string; readonly calls: () => Promise<number> }> {
  const [program, log] = [join(directory, "counting-git"), join(directory, "calls")];
  await writeFile(log, "");
  await writeFile(program, `#!/bin/sh\necho >> '${log}'\nexec git "$@"\n`, { mode: 0o755 });
  return { program, calls: async () => (await readFile(log, "utf8")).length };
}

interface Places {
  readonly directory: string;
  readonly round: number;
}

async function repositoryIn({ directory, round }: Places) {
  const path = process.env["PATH"];
  const counting = await countingGit(directory);
  const git = { ...(round === 0 ? { program: counting.program } : {}), path };
  const repository = gitOutcomeRepository({ directory: join(directory, "outcome"), workDirectory: join(directory, "work"), git });
  const counted = (name: string, work: () => Promise<unknown>) => async () => {
    const before = await counting.calls();
    await work();
    if (round === 0) processes.set(name, (await counting.calls()) - before);
  };
  return { repository, counted };
}

async function commits(count: number, places: Places): Promise<void> {
  const { repository, counted } = await repositoryIn(places);
  await using run = await repository.open(RunId.parse("run"));
  const [ours, plain] = [run.directory ?? "", join(places.directory, "plain")];
  await mkdir(plain);
  await plainGit(plain, "init", "--quiet");
  const both = async (write: (directory: string) => Promise<unknown>) => {
    for (const directory of [ours, plain]) await write(directory);
  };
  const compareCommits = async (name: string, commit: (run: RunOutcome) => Promise<unknown>) =>
    compare(name, places.round, { ours: counted(name, () => commit(run)), plain: () => addAndCommit(plain) });

  const files = `${count} ${count === 1 ? "file" : "files"}`;
  await both((directory) => writeFiles(directory, { count, round: places.round }));
  await compareCommits(`first commit of ${files}`, () => run.commit({ subject: "x" }));
  await both((directory) => writeFile(join(directory, "out/0/0.txt"), `changed in round ${places.round}\n`));
  await compareCommits(`one changed of ${files}`, () => run.commit({ subject: "x" }));
  await compareCommits(`nothing changed of ${files}`, () => run.commit({ subject: "x", onlyChanged: true }));
}

/** Runs start from a commit that has the files, as re-runs do. */
async function workTrees(count: number, places: Places): Promise<void> {
  const { repository, counted } = await repositoryIn(places);
  const plain = join(places.directory, "plain");
  await mkdir(plain);
  await plainGit(plain, "init", "--quiet");
  await writeFiles(plain, { count, round: places.round });
  await addAndCommit(plain);
  const first = await repository.open(RunId.parse("first"));
  await writeFiles(first.directory ?? "", { count, round: places.round });
  const { commit: from } = await first.commit({ subject: "x" });
  await first[Symbol.asyncDispose]();

  for (const [floor, make, remove] of plainTrees(plain)) {
    const place = join(places.directory, floor);
    const runId = RunId.parse(floor.replaceAll(/[^a-z]/g, ""));
    let run: RunOutcome | undefined;
    const [made, removed] = [`make a working tree of ${count} (${floor})`, `remove a working tree of ${count} (${floor})`];
    await compare(made, places.round, { ours: counted(made, async () => (run = await repository.open(runId, { from }))), plain: () => make(place) });
    await compare(removed, places.round, { ours: counted(removed, async () => run?.[Symbol.asyncDispose]()), plain: () => remove(place) });
  }
}

type PlainTree = readonly [name: string, make: (place: string) => Promise<unknown>, remove: (place: string) => Promise<unknown>];

function plainTrees(repository: string): readonly PlainTree[] {
  return [
    [
      "git worktree",
      (place) => plainGit(repository, "worktree", "add", "--quiet", "-b", "tree", place),
      (place) => plainGit(repository, "worktree", "remove", "--force", place),
    ],
    [
      "git clone --shared",
      (place) => plainGit(repository, "clone", "--quiet", "--shared", repository, place),
      (place) => rm(place, { recursive: true }),
    ],
  ];
}

for (let round = 0; round <= rounds; round++) {
  for (const count of counts) await inDirectory((directory) => commits(count, { directory, round }));
  for (const count of trees) await inDirectory((directory) => workTrees(count, { directory, round }));
}
console.log(`${"median of " + rounds + " rounds".padEnd(52)}     DAD      floor    ratio   fastest   processes of git`);
for (const [name, pairs] of samples) {
  const [took, floor] = [pairs.map((pair) => pair.took), pairs.map((pair) => pair.floor)];
  const ratio = median(pairs.map((pair) => pair.took / pair.floor));
  const fastest = Math.min(...took) / Math.min(...floor);
  const cells = [`${median(took).toFixed(0)} ms`.padStart(9), `${median(floor).toFixed(0)} ms`.padStart(9), `${ratio.toFixed(2)} x`.padStart(8)];
  console.log(`${name.padEnd(58)} ${cells.join(" ")} ${`${fastest.toFixed(2)} x`.padStart(8)} ${String(processes.get(name)).padStart(8)}`);
}
