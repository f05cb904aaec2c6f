import { lstat, mkdir, chown, chmod } from "node:fs/promises";
import { join } from "node:path";
import { confinedDirectory, type ConfinedDirectory, type ConfinedStats } from "@dad/disk";
import { IsolationFailedError, type WorkspaceChange } from "@dad/isolation";
import type { HostUser } from "./host-user.ts";

/** Where what commands change of a workspace is kept, and the whole is put together. */
export interface Overlay {
  /** What was added or changed. */
  readonly upper: string;
}

/** Makes the directories of an overlay over a workspace: `lower`, `upper`, `work` and `merged`. */
export async function openOverlay(directory: string, workspace: string, user: HostUser | undefined): Promise<Overlay> {
  const base = join(directory, "overlay");
  await mkdir(base, { recursive: true, mode: 0o700 });
  const { mode } = await lstat(workspace);
  for (const name of ["lower", "upper", "work", "merged"]) {
    const path = join(base, name);
    await mkdir(path, { recursive: true, mode: 0o700 });
    if (user) await chown(path, user.uid, user.gid);
  }
  if (user) await chown(base, user.uid, user.gid);
  // The whole has the mode of its upper half.
  await chmod(join(base, "upper"), mode & 0o777);
  return { upper: join(base, "upper") };
}

/** Paths, in bytes, since not all names are text: of the workspace, of the whole as a sandbox sees it, and of the upper half. */
interface Views {
  readonly lower: ConfinedDirectory;
  readonly merged: ConfinedDirectory;
  readonly upper: ConfinedDirectory;
  readonly signal: AbortSignal | undefined;
  readonly changes: WorkspaceChange[];
}

/** Files up to here are compared, larger ones count as changed when they were written to. */
const COMPARED_BYTES = 64 * 1024 * 1024;
const TOP = Buffer.from(".");

/**
 * How the whole of an overlay differs from what is below it. Only directories that the upper half has can have changed; a
 * directory is told when it is added or removed, not for what is in it.
 */
export async function changesOf(
  paths: { readonly lower: string; readonly merged: string; readonly upper: string },
  signal: AbortSignal | undefined,
): Promise<readonly WorkspaceChange[]> {
  const views: Views = { lower: opened(paths.lower), merged: opened(paths.merged), upper: opened(paths.upper), signal, changes: [] };
  await compare(views, TOP);
  return views.changes.toSorted((left, right) => (left.path < right.path ? -1 : Number(left.path > right.path)));
}

function opened(root: string): ConfinedDirectory {
  const failure = (doing: string, path: string, cause: unknown): Error => new IsolationFailedError(path, { cause, doing });
  return confinedDirectory({ root, failure, hardLinks: "allow" });
}

async function compare(views: Views, directory: Buffer): Promise<void> {
  const { lower, merged, upper, signal } = views;
  const [before, now, written] = await Promise.all([lower, merged, upper].map((view) => entriesOf(view, directory, signal)));
  for (const [name, old] of before ?? []) {
    if (!now?.has(name)) await tellAll(views, { kind: "removed", view: lower, path: inside(directory, name), stats: old });
  }
  for (const name of written?.keys() ?? []) {
    const path = inside(directory, name);
    const [old, fresh] = [before?.get(name), now?.get(name)];
    if (!fresh) continue;
    if (!old) await tellAll(views, { kind: "added", view: merged, path, stats: fresh });
    else if (old.kind === "directory" && fresh.kind === "directory") await compare(views, path);
    else if (await isChanged(views, path, [old, fresh])) await tellReplaced(views, path, [old, fresh]);
  }
}

interface Told {
  readonly kind: "added" | "removed";
  readonly view: ConfinedDirectory;
  readonly path: Buffer;
  readonly stats: ConfinedStats;
}

/** Something, and all that is in it. */
async function tellAll(views: Views, { kind, view, path, stats }: Told): Promise<void> {
  views.changes.push({ path: path.toString(), kind });
  if (stats.kind === "directory") await tellContent(views, { kind, view, path, stats });
}

async function tellContent(views: Views, told: Told): Promise<void> {
  for (const [name, stats] of await entriesOf(told.view, told.path, views.signal)) {
    await tellAll(views, { ...told, path: inside(told.path, name), stats });
  }
}

/** What was in a directory that is none any more is gone, and the other way round. */
async function tellReplaced(views: Views, path: Buffer, [old, fresh]: readonly [ConfinedStats, ConfinedStats]): Promise<void> {
  views.changes.push({ path: path.toString(), kind: "modified" });
  if (old.kind === "directory") await tellContent(views, { kind: "removed", view: views.lower, path, stats: old });
  if (fresh.kind === "directory") await tellContent(views, { kind: "added", view: views.merged, path, stats: fresh });
}

/** A file is in the upper half as soon as it is opened to be written. */
async function isChanged({ lower, merged, signal }: Views, path: Buffer, [old, fresh]: readonly [ConfinedStats, ConfinedStats]): Promise<boolean> {
  if (old.kind !== fresh.kind || old.size !== fresh.size || old.mode !== fresh.mode) return true;
  if (old.kind === "link") return !old.target || !fresh.target || !old.target.equals(fresh.target);
  if (old.kind !== "file" || old.size > COMPARED_BYTES) return true;
  const [before, now] = await Promise.all([lower, merged].map((view) => view.read(path, { limitBytes: COMPARED_BYTES, signal })));
  return !before || !now || Buffer.compare(before.content, now.content) !== 0;
}

/** By name, of which each character is a byte. */
async function entriesOf(view: ConfinedDirectory, directory: Buffer, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, ConfinedStats>> {
  const entries = (await view.list(directory, { signal })) ?? [];
  return new Map(entries.map((entry) => [(entry.bytes ?? Buffer.from(entry.name)).toString("latin1"), entry]));
}

function inside(directory: Buffer, name: string): Buffer {
  const own = Buffer.from(name, "latin1");
  return directory.equals(TOP) ? own : Buffer.concat([directory, Buffer.from("/"), own]);
}
