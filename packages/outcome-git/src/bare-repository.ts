import { randomUUID } from "node:crypto";
import { access, appendFile, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { OutcomeFailedError } from "@dad/outcome";
import type { Git, GitCall } from "./git/git.ts";
import { indexesOf, indexFile } from "./git/index-file.ts";
import { makeDirectory } from "./git/make-directory.ts";
import { pathInside } from "./git/path-inside.ts";
import { advance, type KnownCommit, MAIN, readCommits } from "./git/refs.ts";
import { stageTree } from "./tree/stage.ts";

/**
 * Wins over every `.gitattributes` of a tree: no filter or driver runs, bytes stay what they are, and what is text is shown and
 * merged as text. Some versions of git heed those of `main` in a bare repository, too. git reads a line from its end: what a tree has
 * given the name `merge` (`[attr]merge` in gitattributes(5)) comes last, when everything else is settled.
 */
const ATTRIBUTES = "* merge -text !eol !working-tree-encoding -ident -filter !diff\n";
const CONFIG = "[gc]\n\tauto = 0\n";
const README = "# Outcomes\n\nEach run of the project has its result on a branch of its own: `run/<run id>`.\n";

/**
 * Makes the repository when there is none. It appears complete or not at all, so that many may try at the same time.
 *
 * @throws OutcomeFailedError (`OUTCOME_FAILED`) when something else is in its place.
 */
export async function ensureRepository(git: Git, directory: string): Promise<void> {
  if (await exists(join(directory, "HEAD"))) return completeRepository(directory);
  const fresh = join(dirname(directory), `.${basename(directory)}-${randomUUID()}`);
  try {
    await makeDirectory(fresh);
    await git.run(["init", "--quiet", "--bare", "--template=", "--initial-branch=main", "--object-format=sha1"], { gitDir: fresh });
    await appendFile(join(fresh, "config"), CONFIG);
    await completeRepository(fresh);
    await rename(fresh, directory);
  } catch (cause) {
    if (!(await exists(join(directory, "HEAD")))) throw new OutcomeFailedError("make a repository", directory, { cause });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Also a repository that somebody else made must keep bytes as they are. */
async function completeRepository(directory: string): Promise<void> {
  await makeDirectory(indexesOf(directory));
  const attributes = join(directory, "info", "attributes");
  const present = await readFile(attributes, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  // The last line that says something counts: gitattributes(5).
  if (present.endsWith(ATTRIBUTES)) return;
  await makeDirectory(dirname(attributes));
  const fresh = `${attributes}-${randomUUID()}`;
  await writeFile(fresh, `${present}${present === "" || present.endsWith("\n") ? "" : "\n"}${ATTRIBUTES}`);
  await rename(fresh, attributes);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export interface MainOptions {
  /** A directory whose files are the content of `main`. */
  readonly seed: string | undefined;
  /** Directories that are not content, also when they are inside the seed. */
  readonly except: readonly string[];
}

/** Makes sure that `main` has what the seed has, or anything at all, and answers its commit. */
export async function updateMain(git: Git, { seed, except }: MainOptions, call: GitCall): Promise<KnownCommit> {
  if (seed !== undefined)
    return advance(git, { branch: MAIN, tree: await seedTree(git, { seed, except }, call), message: "Take over the files of the project\n" }, call);
  const main = (await readCommits(git, [MAIN], call)).get(MAIN);
  return main ?? advance(git, { branch: MAIN, tree: await readmeTree(git, call), message: "Begin\n" }, call);
}

async function seedTree(git: Git, { seed, except }: MainOptions & { readonly seed: string }, call: GitCall): Promise<string> {
  const index = indexFile(call.gitDir, `seed-${randomUUID()}`);
  try {
    const inside = await unignored(
      git,
      except.flatMap((directory) => pathInside(seed, directory) ?? []),
      { ...call, workTree: seed, index },
    );
    return await stageTree(git, { except: inside }, { ...call, workTree: seed, index });
  } finally {
    await rm(index, { force: true });
  }
}

/** git refuses to leave out what is in a directory that it leaves out as it is. */
async function unignored(git: Git, paths: readonly string[], call: GitCall): Promise<string[]> {
  const ignored = await Promise.all(
    paths.map(async (path) => (await git.report(["check-ignore", "--quiet", "--no-index", "--", path], call)).exitCode === 0),
  );
  return paths.filter((_, at) => !ignored[at]);
}

async function readmeTree(git: Git, call: GitCall): Promise<string> {
  const blob = (await git.run(["hash-object", "-w", "--no-filters", "--stdin"], { ...call, input: README })).trim();
  return (await git.run(["mktree"], { ...call, input: `100644 blob ${blob}\tREADME.md\n` })).trim();
}
