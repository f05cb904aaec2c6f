import { chmod, chown, lstat, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { confinedDirectory, type ConfinedDirectory, type ConfinedStats } from "@dad/disk";
import { IsolationFailedError, type WorkspaceChange } from "@dad/isolation";
import type { HostUser } from "./change-owner.ts";

/** Where what commands change of a workspace is kept, and the whole is put together. */
export interface Overlay {
  /** What was added or changed. */
  readonly upper: string;
  /**
   * When all that it shows had been given to the user of the sandbox, as the kernel counts, in nanoseconds: what is older there was only
   * given, and not changed by commands. `undefined`: nothing was to be given.
   */
  givenNs(): bigint | undefined;
  /** Says that all has been given now. */
  markGiven(): Promise<void>;
}

/** Makes the directories of an overlay over a workspace: `lower`, `upper`, `work` and `merged`. @param user whom the whole is to belong to */
export async function openOverlay(directory: string, workspace: string, user: HostUser | undefined): Promise<Overlay> {
  const base = join(directory, "overlay");
  // The user of the sandbox gets through to where the whole is mounted.
  await mkdir(base, { recursive: true, mode: 0o711 });
  const { mode } = await lstat(workspace);
  for (const name of ["lower", "upper", "work", "merged"]) {
    await mkdir(join(base, name), { recursive: true, mode: 0o700 });
  }
  const upper = join(base, "upper");
  // The whole has the owner and the mode of its upper half.
  if (user) await chown(upper, user.uid, user.gid);
  await chmod(upper, mode & 0o777);
  let givenNs: bigint | undefined;
  return {
    upper,
    givenNs: () => givenNs,
    async markGiven() {
      const mark = join(base, "given");
      await writeFile(mark, "");
      givenNs = (await lstat(mark, { bigint: true })).ctimeNs;
    },
  };
}

/** Paths, in bytes, since not all names are text: of the workspace, of the whole as a sandbox sees it, and of the upper half. */
interface Views {
  readonly lower: ConfinedDirectory;
  readonly merged: ConfinedDirectory;
  readonly upper: ConfinedDirectory;
  readonly givenNs: bigint | undefined;
  readonly signal: AbortSignal | undefined;
  readonly changes: WorkspaceChange[];
}

/** Something that was there before and is there now. */
interface Pair {
  readonly path: Buffer;
  readonly old: ConfinedStats;
  readonly fresh: ConfinedStats;
}

/** Files up to here are compared, larger ones count as changed when they were written to. */
const COMPARED_BYTES = 64 * 1024 * 1024;
const TOP = Buffer.from(".");

/**
 * How the whole of an overlay differs from what is below it. Only what the upper half has can have changed; where all was given to the
 * sandbox that is everything, and also what it has not, as a directory that came from elsewhere brings what is in it (`redirect_dir`).
 * A directory is told when it is added or removed, not for what is in it.
 */
export async function changesOf(
  overlay: Overlay,
  paths: { readonly lower: string; readonly merged: string },
  signal: AbortSignal | undefined,
): Promise<readonly WorkspaceChange[]> {
  const [lower, merged] = [opened(paths.lower), opened(paths.merged)];
  const views: Views = { lower, merged, upper: opened(overlay.upper), givenNs: overlay.givenNs(), signal, changes: [] };
  await compare(views, TOP);
  return views.changes.toSorted((left, right) => (left.path < right.path ? -1 : Number(left.path > right.path)));
}

function opened(root: string): ConfinedDirectory {
  const failure = (doing: string, path: string, cause: unknown): Error => new IsolationFailedError(path, { cause, doing });
  return confinedDirectory({ root, failure, hardLinks: "allow" });
}

async function compare(views: Views, directory: Buffer): Promise<void> {
  const { lower, merged, upper, givenNs, signal } = views;
  const looked = givenNs === undefined ? [lower, merged, upper] : [lower, merged];
  const [before, now, written = now] = await Promise.all(looked.map((view) => entriesOf(view, directory, signal)));
  for (const [name, old] of before ?? []) {
    if (!now?.has(name)) await tellAll(views, { kind: "removed", view: lower, path: inside(directory, name), stats: old });
  }
  for (const name of written?.keys() ?? []) {
    const path = inside(directory, name);
    const [old, fresh] = [before?.get(name), now?.get(name)];
    if (!fresh) continue;
    if (!old) await tellAll(views, { kind: "added", view: merged, path, stats: fresh });
    else if (old.kind === "directory" && fresh.kind === "directory") await compare(views, path);
    else await tellIfChanged(views, { path, old, fresh });
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
async function tellIfChanged(views: Views, pair: Pair): Promise<void> {
  const { path, old, fresh } = pair;
  if (!(await isChanged(views, pair))) return;
  views.changes.push({ path: path.toString(), kind: "modified" });
  if (old.kind === "directory") await tellContent(views, { kind: "removed", view: views.lower, path, stats: old });
  if (fresh.kind === "directory") await tellContent(views, { kind: "added", view: views.merged, path, stats: fresh });
}

/** A file is in the upper half as soon as it is opened to be written, or given to another user. */
async function isChanged({ lower, merged, givenNs, signal }: Views, { path, old, fresh }: Pair): Promise<boolean> {
  if (old.kind !== fresh.kind || old.size !== fresh.size || old.mode !== fresh.mode) return true;
  if (old.kind === "link") return !old.target || !fresh.target || !old.target.equals(fresh.target);
  // An overlay tells the number of what something comes from.
  if (old.kind !== "file") return old.inode !== fresh.inode;
  // Neither time alone: commands may set the one, and the clock of the machine the other.
  const isUntouched = givenNs !== undefined && fresh.changedNs < givenNs && fresh.modifiedNs === old.modifiedNs;
  if (isUntouched && old.inode === fresh.inode) return false;
  if (old.size > COMPARED_BYTES) return true;
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
