import type { Dirent } from "node:fs";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { isGitName, prefixesOf } from "../guarded-path.ts";
import { listInPlace } from "../open-in-place.ts";
import { readText } from "../read-text.ts";
import type { WorkspaceDirectory } from "../workspace-directory.ts";
import type { FolderSettings, Omitted } from "./folder-settings.ts";
import { type IgnoreRules, ignoreRules, patternsOf } from "./ignore-rules.ts";
import type { TreeEntry } from "./tree-diagram.ts";

export interface FolderFile {
  readonly path: string;
  readonly bytes: number;
  readonly content?: string;
  readonly truncated?: true;
}

export interface FolderWalk {
  readonly entries: readonly TreeEntry[];
  readonly files: readonly FolderFile[];
  readonly omitted: Omitted;
  readonly complete: boolean;
}

/** What one walk knows and has found. */
interface Walk {
  readonly directory: WorkspaceDirectory;
  readonly settings: FolderSettings;
  readonly signal: AbortSignal;
  readonly excluded: (path: string) => boolean;
  readonly included: (path: string) => boolean;
  readonly files: FolderFile[];
  readonly omitted: Omitted;
  contentBytes: number;
  complete: boolean;
}

/** One directory of the walk. `path` is from the analyzed directory, empty for that itself. */
interface Spot {
  readonly path: string;
  readonly depth: number;
  readonly rules: IgnoreRules;
}

export interface FolderWalkOptions {
  readonly directory: WorkspaceDirectory;
  readonly settings: FolderSettings;
  readonly signal: AbortSignal;
}

/** Walks a directory in the order of names, depth first. Follows no links, also when one is put in the way meanwhile. */
export async function walkFolder({ directory, settings, signal }: FolderWalkOptions): Promise<FolderWalk> {
  const exclude = patternsOf(settings.exclude);
  const include = settings.include && patternsOf(settings.include);
  const walk: Walk = {
    directory,
    settings,
    signal,
    excluded: (path) => exclude.ignores(path),
    included: (path) => include?.ignores(path) ?? true,
    files: [],
    omitted: { hidden: 0, ignored: 0, notIncluded: 0, links: 0, special: 0, binary: 0, tooDeep: 0, withoutContent: 0, unreadable: 0 },
    contentBytes: settings.maxTotalBytes,
    complete: true,
  };
  const entries = await walkDirectory(walk, { path: "", depth: 1, rules: await rulesAbove(directory) });
  return { entries, files: walk.files.sort((left, right) => order(left.path, right.path)), omitted: walk.omitted, complete: walk.complete };
}

/** The rules of the directories from the workspace down to the parent of the analyzed one. */
async function rulesAbove({ workspace, relative }: WorkspaceDirectory): Promise<IgnoreRules> {
  let rules = ignoreRules(workspace);
  if (relative === ".") return rules;
  for (const parent of ["", ...prefixesOf(relative).slice(0, -1)]) rules = await rules.inside(parent);
  return rules;
}

async function walkDirectory(walk: Walk, spot: Spot): Promise<readonly TreeEntry[]> {
  walk.signal.throwIfAborted();
  let found: Dirent[];
  try {
    found = await listInPlace(join(walk.directory.absolute, spot.path));
  } catch {
    walk.omitted.unreadable += 1;
    return [];
  }
  const rules = await spot.rules.inside(fromWorkspace(walk, spot.path));
  const entries: TreeEntry[] = [];
  for (const dirent of found.sort((left, right) => order(left.name, right.name))) {
    if (!walk.complete) break;
    const entry = await visit(walk, dirent, { ...spot, rules });
    if (entry) entries.push(entry);
  }
  return entries;
}

async function visit(walk: Walk, dirent: Dirent, { path: parent, depth, rules }: Spot): Promise<TreeEntry | undefined> {
  walk.signal.throwIfAborted();
  const path = parent === "" ? dirent.name : `${parent}/${dirent.name}`;
  const reason = omission(walk, dirent, { path, depth, rules });
  if (reason !== undefined) {
    if (reason !== "git") walk.omitted[reason] += 1;
    return undefined;
  }
  if (dirent.isFile()) return (await addFile(walk, path)) ? { name: dirent.name } : undefined;
  if (depth >= walk.settings.maxDepth) {
    walk.omitted.tooDeep += 1;
    return { name: dirent.name, entries: [], closed: true };
  }
  const entries = await walkDirectory(walk, { path, depth: depth + 1, rules });
  // Directories in which nothing was asked for would only be noise.
  return entries.length === 0 && walk.settings.include ? undefined : { name: dirent.name, entries };
}

/** Why an entry is not looked at, or `undefined`. */
function omission(walk: Walk, dirent: Dirent, { path, rules }: Spot): keyof Omitted | "git" | undefined {
  if (isGitName(dirent.name)) return "git";
  if (dirent.isSymbolicLink()) return "links";
  if (!dirent.isFile() && !dirent.isDirectory()) return "special";
  if (dirent.name.startsWith(".") && !walk.settings.includeHidden) return "hidden";
  const kind = dirent.isDirectory() ? "directory" : "file";
  if (rules.ignores(fromWorkspace(walk, path), kind) || walk.excluded(kind === "directory" ? `${path}/` : path)) return "ignored";
  return kind === "file" && !walk.included(path) ? "notIncluded" : undefined;
}

/** False when the file is not to be listed. */
async function addFile(walk: Walk, path: string): Promise<boolean> {
  const { files, settings } = walk;
  if (files.length === settings.maxFiles) {
    walk.complete = false;
    return false;
  }
  const file = await (settings.content === "text" ? fileWithText(walk, path) : fileWithout(walk, path));
  if (file) files.push(file);
  else walk.omitted.unreadable += 1;
  return file !== undefined;
}

async function fileWithout({ directory }: Walk, path: string): Promise<FolderFile | undefined> {
  const stats = await lstat(join(directory.absolute, path)).catch(() => undefined);
  return stats?.isFile() ? { path, bytes: stats.size } : undefined;
}

async function fileWithText(walk: Walk, path: string): Promise<FolderFile | undefined> {
  const { directory, settings, omitted } = walk;
  if (walk.contentBytes === 0) {
    omitted.withoutContent += 1;
    return fileWithout(walk, path);
  }
  const found = await readText(join(directory.absolute, path), Math.min(settings.maxFileBytes, walk.contentBytes));
  if (!found) return undefined;
  const { bytes, read, text } = found;
  if (text === undefined) {
    omitted.binary += 1;
    return { path, bytes };
  }
  walk.contentBytes -= read;
  return { path, bytes, content: text, ...(read < bytes ? { truncated: true } : {}) };
}

function fromWorkspace({ directory: { relative } }: Walk, path: string): string {
  if (relative === ".") return path;
  return path === "" ? relative : `${relative}/${path}`;
}

/** By UTF-16 code units: the same in every locale. */
function order(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
