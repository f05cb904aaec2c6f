import { access, chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type GitOutcomeOptions, gitOutcomeRepository } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { git, openPlaces, type Places, textFile } from "./places.ts";
import { makeProject } from "./project.ts";

let places: Places;
let options: GitOutcomeOptions;

beforeEach(async () => {
  places = await openPlaces([]);
  await makeProject(places.seed, { "a.txt": "a" });
  options = { directory: places.directory, workDirectory: places.workDirectory, project: places.seed };
});
afterEach(() => places[Symbol.asyncDispose]());

/** A git that says of itself that it is this version. */
async function gitOf(version: string): Promise<NonNullable<GitOutcomeOptions["git"]>> {
  const program = join(places.root, `git-${version}`);
  await writeFile(program, `#!/bin/sh\ncase " $* " in *" version "*) echo "git version ${version}" ;; *) exec git "$@" ;; esac\n`);
  await chmod(program, 0o755);
  return { program, path: process.env["PATH"] };
}

const unavailable = (message: string, details: object): object => ({
  code: "GIT_UNAVAILABLE",
  message: expect.stringContaining(message) as unknown,
  details: expect.objectContaining(details) as unknown,
});

it("says which version is needed when git is too old, or not there, whatever is asked for", async () => {
  for (const [git, missing] of [
    [await gitOf("2.31.9"), unavailable("is version 2.31.9; install git 2.32.0 or newer", { found: "2.31.9", needed: "2.32.0" })],
    [{ program: "no-such-git" }, unavailable('"no-such-git" could not be started; install git 2.32.0', { needed: "2.32.0" })],
  ] as const) {
    await using repository = gitOutcomeRepository({ ...options, git });
    for (const ask of [
      () => repository.open(RunId.parse("run1")),
      () => repository.open(RunId.parse("run1"), { revision: "main" }),
      () => repository.merge("f".repeat(40)),
      () => repository.uncommitted(),
    ])
      await expect(ask()).rejects.toMatchObject(missing);
  }
});

it("starts no transport of a project that lacks something, also with a git that fetches by itself", async () => {
  const [marker, planted] = [join(places.root, "executed"), join(places.root, "planted")];
  await writeFile(planted, `#!/bin/sh\ntouch '${marker}'\n`, { mode: 0o755 });
  const { project = "" } = options;
  const blob = (await git(project, "rev-parse", "main:a.txt")).trim();
  await rm(join(project, ".git", "objects", blob.slice(0, 2), blob.slice(2)));
  for (const [name, value] of [
    ["remote.origin.url", `ext::${planted.replaceAll(" ", "% ")}`],
    ["remote.origin.promisor", "true"],
    ["extensions.partialClone", "origin"],
    ["core.repositoryFormatVersion", "1"],
    ["protocol.ext.allow", "always"],
  ] as const)
    await git(project, "config", name, value);
  // It knows nothing of a variable that newer ones heed.
  const program = join(places.root, "git-before-2.45");
  await writeFile(program, '#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nexec git "$@"\n', { mode: 0o755 });
  await using repository = gitOutcomeRepository({ ...options, git: { program, path: process.env["PATH"] } });
  await expect(repository.open(RunId.parse("run1"), { revision: "main" })).rejects.toMatchObject({ code: "OUTCOME_REVISION_UNKNOWN" });
  await expect(access(marker)).rejects.toMatchObject({ code: "ENOENT" });
  // The control: plain git is led by it.
  await git(project, "cat-file", "blob", blob).catch(() => undefined);
  await access(marker);
});

it("goes forward with a git that cannot merge, and says which version is needed to merge", async () => {
  await using repository = gitOutcomeRepository({ directory: options.directory, workDirectory: options.workDirectory, git: await gitOf("2.37.9") });
  const commits = await Promise.all(
    ["1", "2"].map(async (name) => {
      await using run = await repository.open(RunId.parse(`run${name}`));
      await run.write(textFile(`${name}.txt`, name));
      return (await run.commit({ subject: name })).commit;
    }),
  );
  const [one = "", two = ""] = commits;
  expect(await repository.merge(one)).toMatchObject({ kind: "fast-forward" });
  await expect(repository.merge(two)).rejects.toMatchObject(unavailable("install git 2.38.0 or newer", { found: "2.37.9", needed: "2.38.0" }));
});
