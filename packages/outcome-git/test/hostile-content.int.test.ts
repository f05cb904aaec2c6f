import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RunOutcome } from "@dad/outcome";
import { checkGitOutcomes, type GitOutcomeRepository, gitOutcomeRepository } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { allItems } from "./all-items.ts";
import { git, openPlaces, type Places, textFile } from "./places.ts";
import { plant, type Planted } from "./planted.ts";

const id = (name: string): RunId => RunId.parse(name);
let places: Places;
let planted: Planted;
let repository: GitOutcomeRepository;
beforeEach(async () => {
  places = await openPlaces([
    textFile("a.txt", "a\r\n"),
    textFile(".gitattributes", "* filter=planted text=auto eol=crlf diff=planted merge=planted working-tree-encoding=UTF-16 ident export-subst\n"),
    textFile(".gitmodules", `[submodule "m"]\n\tpath = m\n\turl = ext::sh -c touch% planted\n\tupdate = !touch planted\n`),
  ]);
  planted = await plant(places.root);
  repository = gitOutcomeRepository({ ...places, git: planted.git });
  await (await repository.open(id("first")))[Symbol.asyncDispose]();
});
afterEach(async () => {
  await repository[Symbol.asyncDispose]();
  await places[Symbol.asyncDispose]();
});

/** Everything that there is to do with the outcome of a run. */
async function doAll(run: RunOutcome): Promise<string> {
  await run.write(textFile("b.txt", "b\r\n"));
  const { commit, parent = "" } = await run.commit({ subject: "x", trailers: { "Dad-Node": "planted" } });
  await run.commit({ subject: "nothing", onlyChanged: true });
  await run.bring({ from: commit, to: parent });
  await run.bring({ from: parent, to: commit });
  await repository.changes(commit);
  await repository.patch(commit);
  await allItems(repository.list());
  await repository.log(commit);
  await repository.checkout(commit, join(places.root, "checked out"));
  await repository.merge(commit, { into: "other" });
  await run.write(textFile("a.txt", "not committed\r\n"));
  await run[Symbol.asyncDispose]();
  const resumed = await repository.open(run.runId, { resume: true });
  const { commit: last } = await resumed.commit({ subject: "last", final: true });
  await resumed[Symbol.asyncDispose]();
  await repository.merge(last, { into: "other", squash: true });
  const outcomes = { repositories: [places.directory], workDirectory: places.workDirectory, git: planted.git };
  await allItems(checkGitOutcomes(outcomes, { runs: [], everything: true }));
  return last;
}

it("starts no program, whatever trees, settings and hooks ask for, and changes no byte", async () => {
  await planted.plantIn(places.directory);
  // The control: plain git is led by them.
  const control = join(places.root, "control");
  await cp(places.directory, control, { recursive: true });
  await git(control, "update-ref", "refs/heads/x", "main");
  expect(await planted.executed()).toBe(true);
  await promisify(execFile)("rm", ["-r", join(places.root, "executed"), control]);

  const last = await doAll(await repository.open(id("run1")));
  expect(await planted.executed()).toBe(false);
  // Only itself: what fsck and fast-import are made of, and nothing that would ask anybody for anything.
  expect((await planted.started()).filter((command) => !/^git (unpack-objects|commit-graph verify|multi-pack-index verify)\b/.test(command))).toEqual(
    [],
  );
  expect(await git(places.directory, "-c", "core.fsmonitor=false", "cat-file", "blob", `${last}:a.txt`)).toBe("not committed\r\n");
  expect(await readFile(join(places.root, "checked out", "b.txt"), "utf8")).toBe("b\r\n");
});

const NAMES = [
  "--upload-pack=x",
  "-rf",
  "--",
  "new\nline",
  'quote"and\ttab',
  "back\\slash",
  ":(exclude)x",

  "!x",
  "#x",
  " before",
  "ünïcode",
  "$(x)",
  "*",
];

it("keeps names that look like options, patterns and commands, and what is no text, all the way", async () => {
  await using run = await repository.open(id("run1"));
  const root = String(run.directory);
  const noText = (directory: string) => Buffer.concat([Buffer.from(`${directory}/n`), Buffer.from([0xff, 0x80])]);
  for (const name of NAMES) await writeFile(join(root, name), name);
  await mkdir(join(root, "-d"));
  await symlink("-rf", join(root, "-d", "--link"));
  await writeFile(noText(root), "no text");
  const { commit, parent = "" } = await run.commit({ subject: "names" });

  const listed = async (directory: string) => (await readdir(directory, { encoding: "buffer" })).map((name) => name.toString("hex")).toSorted();
  const expected = await listed(root);
  await using other = await repository.open(id("run2"), { from: commit });
  expect(await listed(String(other.directory))).toEqual(expected);
  await repository.checkout(commit, join(places.root, "checked out"));
  expect(await listed(join(places.root, "checked out"))).toEqual(expected);
  await run.bring({ from: commit, to: parent });
  expect(await listed(root)).toHaveLength(3);
  await run.bring({ from: parent, to: commit });
  expect(await listed(root)).toEqual(expected);
  for (const name of NAMES) expect(await readFile(join(root, name), "utf8")).toBe(name);
  expect((await repository.changes(commit)).map(({ path }) => path)).toEqual(expect.arrayContaining([...NAMES, "-d/--link"]));
  expect(await readlink(join(places.root, "checked out", "-d", "--link"))).toBe("-rf");
  // What git makes of it is what was committed.
  const patch = join(places.root, "patch");
  await writeFile(patch, await repository.patch(commit));
  expect(await git(places.root, "apply", "--numstat", patch)).toContain("--upload-pack=x");
});

const NO_COMMITS = [
  "--output=planted",
  "HEAD",
  "main",
  "refs/heads/main",
  "@{-1}",
  ":/x",
  "-",
  "",
  "a..b",
  "^main",
  "0".repeat(40),
  `${"a".repeat(39)}\n`,
];

it("takes nothing for a commit that only git would take for one", async () => {
  await using run = await repository.open(id("run1"));
  const { commit } = run.start;
  const before = await readdir(places.root, { recursive: true });
  for (const name of NO_COMMITS) {
    const uses = [
      repository.open(id("run2"), { from: name }),
      repository.changes(name),
      repository.patch(commit, { from: name }),
      repository.log(name),
      repository.checkout(name, join(places.root, "checked out")),
      repository.merge(name, { into: "other" }),
      run.bring({ from: commit, to: name }),
    ];
    for (const use of await Promise.allSettled(uses))
      expect({ name, ...use }).toMatchObject({ name, status: "rejected", reason: { code: "OUTCOME_COMMIT_UNKNOWN" } });
  }
  expect(await readdir(places.root, { recursive: true })).toEqual(before);
});

it("is led nowhere by refs that somebody made by hand", async () => {
  const blob = (await git(places.directory, "rev-parse", "main:a.txt")).trim();
  const main = (await git(places.directory, "rev-parse", "main")).trim();
  const refs = [
    "heads/run/-rf",
    "heads/run/--upload-pack=x",
    "heads/run/UPPER",
    "heads/-x",
    "tags/run1",
    "tags/main",
    "heads/heads/main",
    "remotes/run/x",
  ];
  for (const ref of refs) {
    await mkdir(join(places.directory, "refs", ref, ".."), { recursive: true });
    await writeFile(join(places.directory, "refs", ref), `${ref.startsWith("tags") ? blob : main}\n`);
  }
  await writeFile(join(places.directory, "refs/heads/run/linked"), "ref: refs/heads/../../../outside\n");
  await writeFile(join(places.directory, "refs/heads/run/content"), `${blob}\n`);
  await using run = await repository.open(id("run1"));
  await run.write(textFile("b.txt", "b"));
  const { commit } = await run.commit({ subject: "x" });
  expect(await repository.find(id("run1"))).toMatchObject({ commit, parent: main });
  expect((await allItems(repository.list())).map(({ runId }) => runId)).toEqual(["run1"]);
  expect(await repository.log(commit)).toHaveLength(1);
});

/** A commit of the run `planted`, of a tree that no working tree could be, made by hand. */
async function plantCommit(entry: Buffer): Promise<string> {
  const file = join(places.root, "tree");
  await writeFile(file, entry);
  const tree = (await git(places.directory, "hash-object", "-t", "tree", "--literally", "-w", file)).trim();
  const main = (await git(places.directory, "rev-parse", "main")).trim();
  const by = ["-c", "user.name=x", "-c", "user.email=x@x"];
  return (await git(places.directory, ...by, "commit-tree", "-p", main, "-m", `planted\n\nDad-Run: planted\nDad-Base: ${main}`, tree)).trim();
}

const blobOf = async (text: string): Promise<Buffer> => {
  const file = join(places.root, "blob");
  await writeFile(file, text);
  return Buffer.from((await git(places.directory, "hash-object", "-w", file)).trim(), "hex");
};

it.each(["..", ".git", ".GIT", "git~1", ".g\u200cit", "sub/../../x", "/abs"])(
  "brings nothing of a tree with an entry %j, and merges it nowhere",
  async (name) => {
    const commit = await plantCommit(Buffer.concat([Buffer.from(`100755 ${name}\0`), await blobOf("planted")]));
    await using run = await repository.open(id("run1"));
    const before = await readdir(places.root, { recursive: true });
    const refused = { code: expect.stringMatching(/^OUTCOME_(PATH_INVALID|CONFLICT|FAILED|MERGE_REFUSED)$/) };
    await expect(run.bring({ from: run.start.commit, to: commit })).rejects.toMatchObject(refused);
    await expect(repository.merge(commit, { into: "other" })).rejects.toMatchObject(refused);
    const [changes, patch, log] = [await repository.changes(commit), await repository.patch(commit), await repository.log(commit)];
    expect([changes.length > 0, patch.includes("planted"), log.length]).toEqual([true, true, 1]);
    expect(await readdir(places.root, { recursive: true })).toEqual(before);
  },
);
