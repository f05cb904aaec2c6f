import { DadError } from "@dad/protocol";
import { OutcomePathError } from "@dad/outcome";
import type { Git, GitCall } from "./git.ts";

/** What happens to links: an outcome keeps those that stay inside; a snapshot all of them; a seed none. Nobody follows any. */
export type LinkRule = "inside" | "all" | "none";

export interface StageOptions {
  readonly links: LinkRule;
  /** Paths below the working tree that are left out. */
  readonly except?: readonly string[];
  /** The tree that the index holds since it was staged with links inside: it is the answer when nothing has changed. */
  readonly staged?: string | undefined;
}

/** A working tree, with an index of its own that remembers what was staged. */
export type StageCall = GitCall & { readonly workTree: string; readonly index: string };

interface Entry {
  readonly mode: string;
  readonly object: string;
  readonly path: string;
}

const LINK = "120000";
const REPOSITORY = "160000";
/** The id of a blob without content; it need not exist. */
const EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
const MAX_NESTING = 32;
/** What git says of a file that is another one than a moment ago. */
const MOVED_AWAY = /: No such file or directory|: Not a directory|short read while indexing|read error while indexing/;
const MOST_ATTEMPTS = 20;

/**
 * Puts the content of a working tree into the repository, as far as it stays where it is meanwhile, and answers its tree. Honours the `.gitignore` files of the
 * tree. A repository inside the tree becomes plain files, without its `.git`.
 *
 * @throws OutcomePathError (`OUTCOME_PATH_INVALID`) for what cannot be part of an outcome.
 */
export async function stageTree(git: Git, { links, except = [], staged }: StageOptions, call: StageCall): Promise<string> {
  const paths = ["--", ".", ...except.map((path) => `:(exclude,top,literal)${path}`)];
  // What was changed is of interest only if it may be nothing: to find out, git may have to read files that it reads again to add them.
  const listed = staged === undefined ? ["--others"] : ["--others", "--modified", "--deleted"];
  const differs = await openNested(git, [...listed, "--exclude-standard", "-z", ...paths], call);
  if (staged !== undefined && !differs) return staged;
  await add(git, paths, call);
  const entries = await listEntries(git, call);
  const nested = entries.filter((entry) => entry.mode === REPOSITORY);
  await forget(git, nested, call);
  if (nested[0]) throw new OutcomePathError(nested[0].path, "it stands for a repository, whose files are elsewhere");
  const symbolic = entries.filter((entry) => entry.mode === LINK);
  if (links === "none") await forget(git, symbolic, call);
  if (links === "inside") await assertInside(git, symbolic, call);
  return (await git.run(["write-tree"], call)).trim();
}

/**
 * git takes a directory with a repository of its own for one thing, and would leave out its files. Not so when the index
 * has something in it: a placeholder is put there, and goes when git finds no such file.
 *
 * @returns whether git lists anything, of what it is asked for.
 */
async function openNested(git: Git, listing: readonly string[], call: StageCall): Promise<boolean> {
  for (let depth = 0; depth < MAX_NESTING; depth++) {
    const listed = await git.run(["ls-files", ...listing], call);
    const nested = listed.split("\0").filter((path) => path.endsWith("/"));
    if (nested.length === 0) return listed !== "";
    const input = nested.map((path) => `100644 ${EMPTY_BLOB}\t${path}.dad-placeholder\0`).join("");
    await git.run(["update-index", "-z", "--index-info"], { ...call, input });
  }
  return true;
}

async function add(git: Git, paths: readonly string[], call: StageCall): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await git.run(["add", "--all", ...paths], call);
      return;
    } catch (error) {
      const said = DadError.is(error) && error.cause instanceof Error ? error.cause.message : "";
      // Commands of the run go on beside: what git has just seen may be gone, or shorter, when it reads it.
      if (attempt < MOST_ATTEMPTS && MOVED_AWAY.test(said)) continue;
      const refused = /invalid path '(.+)'/i.exec(said)?.[1];
      throw refused === undefined ? error : new OutcomePathError(refused, "git refuses this name", { cause: error });
    }
  }
}

async function listEntries(git: Git, call: StageCall): Promise<Entry[]> {
  const text = await git.run(["ls-files", "--stage", "-z"], call);
  return text.split("\0").flatMap((line) => {
    const [, mode, object, path] = /^(\d+) ([0-9a-f]+) \d\t([^]+)$/.exec(line) ?? [];
    return mode && object && path ? [{ mode, object, path }] : [];
  });
}

async function forget(git: Git, entries: readonly Entry[], call: StageCall): Promise<void> {
  if (entries.length === 0) return;
  await git.run(["update-index", "--force-remove", "-z", "--stdin"], { ...call, input: entries.map(({ path }) => `${path}\0`).join("") });
}

async function assertInside(git: Git, links: readonly Entry[], call: StageCall): Promise<void> {
  if (links.length === 0) return;
  const targets = parseObjects(
    await git.objects(
      links.map(({ object }) => object),
      call,
    ),
  );
  for (const { path, object } of links) {
    const target = targets.get(object);
    if (target === undefined || leadsOutside(path, target))
      throw new OutcomePathError(path, `it is a link that leads out of the working tree: ${target}`);
  }
}

/** `cat-file --batch`: for each object `<id> <type> <size>`, a line break, the content, a line break. */
function parseObjects(output: Buffer): ReadonlyMap<string, string> {
  const contents = new Map<string, string>();
  for (let at = 0; at < output.length;) {
    const end = output.indexOf("\n", at);
    const [id = "", , size = ""] = output.toString("latin1", at, end).split(" ");
    const next = end + 1 + Number(size);
    contents.set(id, output.toString("latin1", end + 1, next));
    at = next + 1;
  }
  return contents;
}

/** Whether a link leads out of the tree that it is in, whatever the other links of the tree are. */
export function leadsOutside(path: string, target: string): boolean {
  const steps = target.split("/").filter((step) => step !== "" && step !== ".");
  const up = steps.findIndex((step) => step !== "..");
  const ups = up === -1 ? steps.length : up;
  const depth = path.split("/").length - 1;
  // After a step down the way may lead through another link, so that a step up could lead anywhere.
  return /^\/|[\\:]/.test(target) || ups > depth || steps.slice(ups).includes("..");
}
