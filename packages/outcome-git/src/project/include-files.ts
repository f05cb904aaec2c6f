import { realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { type ConfinedDirectory, confinedDirectory, ForeignFileRefusal } from "@dad/disk";
import { OutcomeFailedError } from "@dad/outcome";
import type { StageCall } from "../tree/capture.ts";
import { OutcomeIncludeError } from "../errors.ts";
import type { Git } from "../git/git.ts";
import type { GitOutcomeOptions } from "../git-context.ts";
import { listIncluded, listUnignored } from "./include-list.ts";
import { reasonOf } from "./project-repository.ts";

/** Where a working tree gets files from that are ignored there. */
export interface IncludeFrom {
  /** The directory with `.dadinclude`: a seed, or a working copy of the project. */
  readonly root: string;
  /** Absolute paths of what is no part of the project, also when it is in there: outcomes, and working trees of runs. */
  readonly except: readonly string[];
}

const NAME = ".dadinclude";
const LIST_BYTES = 2 ** 20;
const MOST_FILES = 20_000;
const MOST_BYTES = 2 ** 30;
/** So many files are copied at once. */
const AT_ONCE = 16;

/**
 * Copies into a new working tree what `.dadinclude` names, in the syntax of `.gitignore`, of the files that are ignored: regular files,
 * with their permissions. Nothing that the tree has is overwritten, no link is followed, and nothing of it becomes part of an outcome.
 *
 * @returns the paths of the files, one character a byte.
 * @throws OutcomeIncludeError (`OUTCOME_INCLUDE_INVALID`).
 */
export async function includeFiles(git: Git, { root, except }: IncludeFrom, call: StageCall): Promise<readonly string[]> {
  const place = join(root, NAME);
  const real = await realpath(root).catch(() => undefined);
  if (real === undefined) return [];
  const from = sourceFiles(real);
  const patterns = await from.read(NAME, { limitBytes: LIST_BYTES, signal: call.signal });
  if (!patterns) return [];
  if (patterns.content.includes(0)) throw new OutcomeIncludeError(place, "it is no text: it has a NUL in it");
  const excepted = await Promise.all(except.map((path) => realpath(path)));
  const named = await listIncluded(git, { patterns: patterns.content, except: excepted }, { ...call, workTree: real });
  const files = await regularFiles(from, named, place);
  await copyFiles({ from, to: newFiles(call.workTree, real), signal: call.signal }, files);
  // What the project ignores by rules that the start does not have would become part of the outcome.
  const [unignored] = await listUnignored(git, files, call);
  if (unignored !== undefined)
    throw new OutcomeIncludeError(
      join(root, Buffer.from(unignored, "latin1").toString()),
      `no .gitignore of what the run starts from ignores it, so that it would become part of the outcome: commit the rule, or take it out of ${place}`,
    );
  return files;
}

/** Of the paths, those of regular files; links, pipes and the like are left out. */
async function regularFiles(from: ConfinedDirectory, paths: readonly string[], place: string): Promise<string[]> {
  const files: string[] = [];
  let bytes = 0;
  for (const path of paths) {
    const stats = await from.stat(Buffer.from(path, "latin1"));
    if (stats?.kind !== "file") continue;
    files.push(path);
    bytes += stats.size;
    if (files.length > MOST_FILES || bytes > MOST_BYTES)
      throw new OutcomeIncludeError(place, `it names more than ${MOST_FILES} files or ${MOST_BYTES} bytes, which each run would copy: name less`);
  }
  return files;
}

interface Copying {
  readonly from: ConfinedDirectory;
  readonly to: ConfinedDirectory;
  readonly signal: AbortSignal | undefined;
}

async function copyFiles(copying: Copying, paths: readonly string[]): Promise<void> {
  for (let at = 0; at < paths.length; at += AT_ONCE)
    await Promise.all(paths.slice(at, at + AT_ONCE).map((path) => copyFile(copying, Buffer.from(path, "latin1"))));
}

async function copyFile({ from, to, signal }: Copying, path: Buffer): Promise<void> {
  if ((await to.stat(path, { signal })) !== undefined) return;
  await using file = await from.open(path, { signal });
  if (!file) return;
  await to.write(path, file.pieces({ limitBytes: MOST_BYTES, signal }), { mode: file.stats.mode, signal });
}

function sourceFiles(root: string): ConfinedDirectory {
  return confinedDirectory({
    root,
    // Installed packages are often second names of one copy, and whoever names them here owns them.
    hardLinks: "allow",
    failure: (operation, path, cause) => new OutcomeIncludeError(join(root, path), `cannot ${operation} it${reasonOf(cause)}`, { cause }),
  });
}

function newFiles(root: string, source: string): ConfinedDirectory {
  return confinedDirectory({
    root,
    failure: (operation, path, cause) =>
      cause instanceof ForeignFileRefusal
        ? new OutcomeIncludeError(join(source, path), `what the run starts from has no room for it${reasonOf(cause)}`, { cause })
        : new OutcomeFailedError(`${operation} ${path}`, root, { cause }),
  });
}

/** The project may have the outcomes and working trees of its runs in it, in a directory with all else that there is of them. */
export function includeFrom({ directory, workDirectory, seed }: GitOutcomeOptions, project: string | undefined): IncludeFrom | undefined {
  const root = project ?? seed;
  if (root === undefined) return undefined;
  const runs = commonPath(directory, workDirectory);
  return { root, except: runs.startsWith(join(root, sep)) ? [runs] : [directory, workDirectory] };
}

function commonPath(one: string, other: string): string {
  const [parts, others] = [one.split(sep), other.split(sep)];
  const end = parts.findIndex((part, at) => part !== others[at]);
  return (end === -1 ? parts : parts.slice(0, end)).join(sep);
}
