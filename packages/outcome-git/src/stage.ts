import { WRITING_PREFIX } from "@dad/disk";
import { DadError } from "@dad/protocol";
import { OutcomePathError } from "@dad/outcome";
import { capture, type StageCall } from "./capture.ts";
import type { CaptureRules } from "./capture-rules.ts";
import type { Git } from "./git.ts";

/** What happens to links: an outcome keeps those that stay inside; a snapshot all of them; a seed none. Nobody follows any. */
export type LinkRule = "inside" | "all" | "none";

export interface StageOptions {
  readonly links: LinkRule;
  /** Paths below the working tree that are left out. */
  readonly except?: readonly string[];
  /** The tree that the index holds since it was staged with links inside: it is the answer when nothing has changed. */
  readonly staged?: string | undefined;
  /** Not for a seed, that is of whoever starts the run. */
  readonly rules?: CaptureRules | undefined;
}

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
export async function stageTree(git: Git, { links, except = [], staged, rules = {} }: StageOptions, call: StageCall): Promise<string> {
  const paths = ["--", ".", ...except.map((path) => `:(exclude,top,literal)${path}`)];
  const changed = await openNested(git, paths, call);
  if (staged !== undefined && changed.length === 0) return staged;
  // Nobody hostile writes in a seed, and git alone is faster.
  const captured = links === "none" ? undefined : await retrying(() => capture(git, changed, { ...call, rules }));
  if (!captured) await retrying(() => git.run(["add", "--all", ...paths], call));
  // Whatever else the index has was looked at when it was staged.
  if (captured && staged !== undefined && links === "inside") assertInside(captured);
  else await checkIndex(git, links, call);
  return (await git.run(["write-tree"], call)).trim();
}

async function checkIndex(git: Git, rule: LinkRule, call: StageCall): Promise<void> {
  const entries = await listEntries(git, call);
  const nested = entries.filter((entry) => entry.mode === REPOSITORY);
  await forget(git, nested, call);
  if (nested[0]) throw new OutcomePathError(shown(nested[0].path), "it stands for a repository, whose files are elsewhere");
  const links = entries.filter((entry) => entry.mode === LINK);
  if (rule === "none") await forget(git, links, call);
  if (rule === "inside") assertInside(await targetsOf(git, links, call));
}

/**
 * What is not as the index has it. git takes a directory with a repository of its own for one thing, and would leave out its
 * files. Not so when the index has something in it: a placeholder is put there, and goes when there is no such file.
 */
async function openNested(git: Git, paths: readonly string[], call: StageCall): Promise<string[]> {
  for (let depth = 0; ; depth++) {
    const listing = ["ls-files", "--others", "--modified", "--deleted", "--exclude-standard", `--exclude=${WRITING_PREFIX}*`, "-z", ...paths];
    const listed = new Set((await git.bytes(listing, call)).toString("latin1").split("\0"));
    listed.delete("");
    const nested = [...listed].filter((path) => path.endsWith("/"));
    if (nested[0] === undefined) return [...listed];
    if (depth === MAX_NESTING) throw new OutcomePathError(shown(nested[0]), `it is a repository in ${MAX_NESTING} others`);
    const input = nested.map((path) => `100644 ${EMPTY_BLOB}\t${path}.dad-placeholder\0`).join("");
    await git.run(["update-index", "-z", "--index-info"], { ...call, input: Buffer.from(input, "latin1") });
  }
}

/** Commands of the run go on beside: what git has just seen may be gone, or shorter, when it reads it. */
async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const said = DadError.is(error) && error.cause instanceof Error ? error.cause.message : "";
      if (attempt < MOST_ATTEMPTS && MOVED_AWAY.test(said)) continue;
      const refused = /invalid path '(.+)'/i.exec(said)?.[1];
      throw refused === undefined ? error : new OutcomePathError(refused, "git refuses this name", { cause: error });
    }
  }
}

async function listEntries(git: Git, call: StageCall): Promise<Entry[]> {
  const text = (await git.bytes(["ls-files", "--stage", "-z"], call)).toString("latin1");
  return text.split("\0").flatMap((line) => {
    const [, mode, object, path] = /^(\d+) ([0-9a-f]+) \d\t([^]+)$/.exec(line) ?? [];
    return mode && object && path ? [{ mode, object, path }] : [];
  });
}

async function forget(git: Git, entries: readonly Entry[], call: StageCall): Promise<void> {
  if (entries.length === 0) return;
  const input = entries.map(({ path }) => `${path}\0`).join("");
  await git.run(["update-index", "--force-remove", "-z", "--stdin"], { ...call, input: Buffer.from(input, "latin1") });
}

async function targetsOf(git: Git, links: readonly Entry[], call: StageCall): Promise<ReadonlyMap<string, Buffer>> {
  if (links.length === 0) return new Map();
  const ids = links.map(({ object }) => object);
  const contents = parseObjects(await git.objects(ids, call));
  // What git does not have leads nowhere that is known.
  return new Map(links.map(({ path, object }) => [path, contents.get(object) ?? Buffer.from("/")]));
}

function assertInside(targets: ReadonlyMap<string, Buffer>): void {
  for (const [path, target] of targets) {
    if (leadsOutside(path, target.toString("latin1")))
      throw new OutcomePathError(shown(path), `it is a link that leads out of the working tree: ${target.toString()}`);
  }
}

/** For people: inside here a path has one character a byte, as not all of them are text. */
function shown(path: string): string {
  return Buffer.from(path, "latin1").toString();
}

/** `cat-file --batch`: for each object `<id> <type> <size>`, a line break, the content, a line break. */
function parseObjects(output: Buffer): ReadonlyMap<string, Buffer> {
  const contents = new Map<string, Buffer>();
  for (let at = 0; at < output.length;) {
    const end = output.indexOf("\n", at);
    const [id = "", , size = ""] = output.toString("latin1", at, end).split(" ");
    const next = end + 1 + Number(size);
    contents.set(id, output.subarray(end + 1, next));
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
