import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gitOutcomeRepository } from "@dad/outcome-git";
import type { RunOutcome } from "@dad/outcome";
import { RunId } from "@dad/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { git, openPlaces, type Places, textFile } from "./places.ts";

const runId = RunId.parse("run1");

/** What happens to a run and its files. */
interface Life {
  readonly places: Places;
  readonly control: string;
  readonly index: string;
  readonly root: string;
  run: RunOutcome;
}

type Step = (life: Life) => Promise<unknown>;

const paths = fc.constantFrom("a", "a/b", "a/b/c", "b.log", 'quo"te\\\n', "ünï", "deep/er/x", "deep/y", "-x");
const contents = fc.constantFrom("", "1", "2", "other\n", "\0binary");

async function makeRoom(root: string, path: string): Promise<string> {
  const parts = path.split("/");
  for (let depth = 1; depth < parts.length; depth++) {
    const above = join(root, ...parts.slice(0, depth));
    if (!(await stat(above).catch(() => undefined))?.isDirectory()) await rm(above, { recursive: true, force: true });
  }
  const at = join(root, path);
  await rm(at, { recursive: true, force: true });
  await mkdir(dirname(at), { recursive: true });
  return at;
}

/** What `git add` alone would make of the working tree, with an index that comes from the last commit and has seen nothing. */
async function treeByGit({ control, index, root }: Life, last: string): Promise<string> {
  const env = { PATH: process.env.PATH, GIT_DIR: control, GIT_WORK_TREE: root, GIT_INDEX_FILE: `${index}-control`, GIT_CONFIG_GLOBAL: "/dev/null" };
  const plain = async (...args: string[]) => (await promisify(execFile)("git", args, { env, cwd: root })).stdout;
  await rm(env.GIT_INDEX_FILE, { force: true });
  await plain("read-tree", last);
  await plain("add", "--all", ".");
  return (await plain("write-tree")).trim();
}

async function commit(life: Life, onlyChanged: boolean): Promise<void> {
  const tip = (await git(life.places.directory, "rev-parse", "refs/heads/run/run1")).trim();
  const tree = await treeByGit(life, tip);
  const made = await life.run.commit({ subject: "x", onlyChanged });
  expect(made.tree).toBe(tree);
  expect(await git(life.places.directory, "rev-parse", "refs/heads/run/run1", "refs/heads/run/run1^{tree}")).toBe(`${made.commit}\n${tree}\n`);
  await copyFile(life.index, `${life.index}-earlier`);
}

const steps: fc.Arbitrary<readonly [string, Step]> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(paths, contents, fc.boolean())
      .map(([path, text, executable]): readonly [string, Step] => [
        `write ${JSON.stringify([path, text, executable])}`,
        async ({ root }) => writeFile(await makeRoom(root, path), text, { mode: executable ? 0o755 : 0o644 }),
      ]),
  },
  {
    weight: 2,
    arbitrary: paths.map((path): readonly [string, Step] => [
      `remove ${path}`,
      ({ root }) => rm(join(root, path), { recursive: true, force: true }).catch(() => undefined),
    ]),
  },
  {
    weight: 1,
    arbitrary: paths.map((path): readonly [string, Step] => [`chmod ${path}`, ({ root }) => chmod(join(root, path), 0o755).catch(() => undefined)]),
  },
  {
    weight: 1,
    arbitrary: paths.map((path): readonly [string, Step] => [`link ${path}`, async ({ root }) => symlink("nowhere", await makeRoom(root, path))]),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("", "*.log\n", "deep\n")
      .map((text): readonly [string, Step] => [`ignore ${JSON.stringify(text)}`, ({ root }) => writeFile(join(root, ".gitignore"), text)]),
  },
  {
    weight: 5,
    arbitrary: fc.boolean().map((onlyChanged): readonly [string, Step] => [`commit ${onlyChanged}`, (life) => commit(life, onlyChanged)]),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<readonly [string, Step]>(
      ["delete the index", ({ index }) => rm(index, { force: true })],
      ["fill the index with something else", ({ index }) => writeFile(index, "DIRC nothing")],
      ["cut the index off", ({ index }) => truncate(index, 100).catch(() => undefined)],
      ["take an earlier index", ({ index }) => copyFile(`${index}-earlier`, index).catch(() => undefined)],
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<readonly [string, Step]>([
      "kill and resume",
      async (life) => {
        // An index that is not there says that the working tree was never whole.
        if (await stat(life.index).catch(() => undefined)) life.run = await gitOutcomeRepository(life.places).open(runId, { resume: true });
      },
    ]),
  },
);

it("commits what git would add, whatever happened to the files and to what is known of them", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 8, maxLength: 14 }), async (life) => {
      await using places = await openPlaces([textFile("a", "1"), textFile("deep/y", "2"), textFile("b.log", "3")]);
      const run = await gitOutcomeRepository(places).open(runId);
      const control = join(places.root, "control");
      await git(places.root, "init", "--quiet", "--bare", control);
      await writeFile(join(control, "objects", "info", "alternates"), `${places.directory}/objects\n`);
      const state: Life = { places, control, run, root: String(run.directory), index: join(places.directory, "indexes", "run1") };
      for (const [, step] of life) await step(state);
      await commit(state, false);
      await git(places.directory, "fsck", "--strict", "--full", "--no-dangling");
      expect((await git(places.directory, "fsck", "--unreachable", "--no-reflogs")).includes("missing")).toBe(false);
    }),
    { seed: 7, numRuns: 6 },
  );
});
