import type { Dirent } from "node:fs";
import { join } from "node:path";
import { isReservedName, prefixesOf, refusalOf } from "../guarded-path.ts";
import { listInPlace } from "../open-in-place.ts";
import type { WorkspaceDirectory } from "../workspace-directory.ts";
import type { Findings } from "./budget.ts";
import { FileUnusableError } from "./folder-errors.ts";
import type { Omitted } from "./folder-output.ts";
import type { WalkSettings } from "./folder-settings.ts";
import { type IgnoreRules, ignoreRules, patternsOf } from "./ignore-rules.ts";
import type { Pace } from "./pace.ts";
import type { TreeEntry } from "./tree-diagram.ts";

export interface FolderWalkOptions {
  readonly directory: WorkspaceDirectory;
  readonly settings: WalkSettings;
  readonly findings: Findings;
  readonly pace: Pace;
  /** Gets each file, by its path from the directory. `full`: there is no room for it, and the walk ends. */
  readonly take: (path: string) => Promise<"full" | "listed" | "passed">;
}

interface Walk extends FolderWalkOptions {
  readonly excluded: (path: string) => boolean;
  readonly included: (path: string) => boolean;
}

/** One directory of the walk. `path` is from the analyzed directory, empty for that itself. */
interface Spot {
  readonly path: string;
  readonly depth: number;
  readonly rules: IgnoreRules;
}

/**
 * Walks a directory in the order of names, depth first. Follows no links, also when one is put in the way meanwhile.
 *
 * @throws FileUnusableError (`FILE_UNUSABLE`) for one of the ignore files
 */
export async function walkFolder(options: FolderWalkOptions): Promise<readonly TreeEntry[]> {
  const exclude = patternsOf(options.settings.exclude);
  const include = options.settings.include && patternsOf(options.settings.include);
  const walk = {
    ...options,
    excluded: (path: string) => exclude.ignores(path),
    included: (path: string) => include?.ignores(path) ?? true,
  };
  return await walkDirectory(walk, { path: "", depth: 1, rules: await rulesAbove(options) });
}

/** The rules of the files that were named, and of the directories from the workspace down to the parent of the analyzed one. */
async function rulesAbove({ directory: { workspace, relative }, settings }: FolderWalkOptions): Promise<IgnoreRules> {
  let rules = ignoreRules(workspace);
  for (const path of settings.ignoreFiles) {
    const more = refusalOf(path) === undefined ? await rules.with(path) : undefined;
    if (!more) throw new FileUnusableError(path, "it is no readable list of patterns in the workspace");
    rules = more;
  }
  if (relative === "." || !settings.respectGitignore) return rules;
  for (const parent of ["", ...prefixesOf(relative).slice(0, -1)]) rules = await rules.inside(parent);
  return rules;
}

async function walkDirectory(walk: Walk, spot: Spot): Promise<readonly TreeEntry[]> {
  const found = await listInPlace(join(walk.directory.absolute, spot.path)).catch(() => undefined);
  if (!found) {
    walk.findings.omitted.unreadable += 1;
    return [];
  }
  const rules = walk.settings.respectGitignore ? await spot.rules.inside(fromWorkspace(walk, spot.path)) : spot.rules;
  const entries: TreeEntry[] = [];
  for (const dirent of found.sort((left, right) => order(left.name, right.name))) {
    if (!walk.findings.complete) break;
    const entry = await visit(walk, dirent, { ...spot, rules });
    if (entry) entries.push(entry);
  }
  return entries;
}

async function visit(walk: Walk, dirent: Dirent, { path: parent, depth, rules }: Spot): Promise<TreeEntry | undefined> {
  walk.pace.signal.throwIfAborted();
  if (walk.pace.due()) await walk.pace.turn();
  const path = parent === "" ? dirent.name : `${parent}/${dirent.name}`;
  const reason = omission(walk, dirent, { path, depth, rules });
  if (reason !== undefined) {
    if (reason !== "reserved") walk.findings.omitted[reason] += 1;
    return undefined;
  }
  return await (dirent.isFile() ? visitFile(walk, dirent.name, path) : visitDirectory(walk, dirent.name, { path, depth, rules }));
}

async function visitFile({ take, findings }: Walk, name: string, path: string): Promise<TreeEntry | undefined> {
  const taken = await take(path);
  if (taken === "full") {
    findings.complete = false;
    findings.reached.add("maxFiles");
  }
  return taken === "listed" ? { name } : undefined;
}

async function visitDirectory(walk: Walk, name: string, { path, depth, rules }: Spot): Promise<TreeEntry | undefined> {
  const { findings, settings } = walk;
  if (depth >= settings.maxDepth) {
    findings.omitted.tooDeep += 1;
    findings.reached.add("maxDepth");
    findings.directories += 1;
    return { name, entries: [], closed: true };
  }
  const entries = await walkDirectory(walk, { path, depth: depth + 1, rules });
  // Directories in which nothing was asked for would only be noise.
  if (entries.length === 0 && settings.include) return undefined;
  findings.directories += 1;
  return { name, entries };
}

/** Why an entry is not looked at, or `undefined`. */
function omission(walk: Walk, dirent: Dirent, { path, rules }: Spot): keyof Omitted | "reserved" | undefined {
  if (isReservedName(dirent.name)) return "reserved";
  if (dirent.isSymbolicLink()) return "links";
  if (!dirent.isFile() && !dirent.isDirectory()) return "special";
  if (dirent.name.startsWith(".") && !walk.settings.includeHidden) return "hidden";
  const kind = dirent.isDirectory() ? "directory" : "file";
  if (rules.ignores(fromWorkspace(walk, path), kind) || walk.excluded(kind === "directory" ? `${path}/` : path)) return "ignored";
  return kind === "file" && !walk.included(path) ? "notIncluded" : undefined;
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
