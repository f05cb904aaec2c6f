import { DadError } from "@dad/protocol";
import { OutcomePathError } from "@dad/outcome";
import type { StageCall } from "./capture.ts";
import { changedPaths } from "./changed-paths.ts";
import { LINK_MODE, MODULE_MODE } from "./captured-entry.ts";
import type { Git } from "../git/git.ts";
import { refusedName } from "../git/refused-name.ts";
import { bytesOf, shown } from "../git/tree-path.ts";

export interface StageOptions {
  /** Paths below the directory that are left out. */
  readonly except?: readonly string[];
}

const EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
/** What git says of a file that is another one than a moment ago. */
const MOVED_AWAY = /: No such file or directory|: Not a directory|short read while indexing|read error while indexing/;
const MOST_ATTEMPTS = 20;

/**
 * Puts the regular files of a directory in which nobody hostile writes into the repository, as far as they stay where they are
 * meanwhile, and answers their tree. Honours its `.gitignore` files. A repository inside it becomes plain files, without its `.git`.
 *
 * @throws OutcomePathError (`OUTCOME_PATH_INVALID`) for what cannot be part of an outcome.
 */
export async function stageTree(git: Git, { except = [] }: StageOptions, call: StageCall): Promise<string> {
  await changedPaths(git, { except, emptyBlob: EMPTY_BLOB }, call);
  const paths = ["--", ".", ...except.map((path) => `:(exclude,top,literal)${path}`)];
  await retrying(() => git.run(["add", "--all", ...paths], call));
  const entries = await listEntries(git, call);
  const nested = entries.filter(({ mode }) => mode === MODULE_MODE);
  if (nested[0]) throw new OutcomePathError(shown(nested[0].path), "it stands for a repository, whose files are elsewhere");
  await forget(
    git,
    entries.filter(({ mode }) => mode === LINK_MODE),
    call,
  );
  return (await git.run(["write-tree"], call)).trim();
}

/** Others may work in it: what git has just seen may be gone, or shorter, when it reads it. */
async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const said = DadError.is(error) && error.cause instanceof Error ? error.cause.message : "";
      if (attempt < MOST_ATTEMPTS && MOVED_AWAY.test(said)) continue;
      throw refusedName(error) ?? error;
    }
  }
}

interface Entry {
  readonly mode: string;
  readonly path: string;
}

async function listEntries(git: Git, call: StageCall): Promise<Entry[]> {
  const text = (await git.bytes(["ls-files", "--stage", "-z"], call)).toString("latin1");
  return text.split("\0").flatMap((line) => {
    const [, mode, path] = /^(\d+) [0-9a-f]+ \d\t([^]+)$/.exec(line) ?? [];
    return mode && path ? [{ mode, path }] : [];
  });
}

async function forget(git: Git, entries: readonly Entry[], call: StageCall): Promise<void> {
  if (entries.length === 0) return;
  const input = entries.map(({ path }) => `${path}\0`).join("");
  await git.run(["update-index", "--force-remove", "-z", "--stdin"], { ...call, input: bytesOf(input) });
}
