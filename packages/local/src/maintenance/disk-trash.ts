import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { type DiskFs, nodeDisk } from "@dad/disk";
import type { Garbage, OpenTrash, Trash, TrashCan } from "@dad/doctor";
import { TrashHeader, TrashItem } from "@dad/protocol";
import { ifPresent, makeDirectory, onDisk, sync, syncDirectory } from "./maintenance-disk.ts";

export interface DiskTrashOptions {
  readonly runRoot: string;
  /** Default: the disk of this machine. */
  readonly fs?: DiskFs;
}

interface Place {
  readonly fs: DiskFs;
  readonly runRoot: string;
}

/**
 * A trash can in `.dad/trash` of a run root: what goes into it is renamed, never copied. Each trash has a manifest, which is
 * durable before anything is moved. Any number of processes may look at it; who opens one has to be the only one.
 *
 * Errors: `MAINTENANCE_FAILED`.
 */
export function diskTrash({ runRoot, fs = nodeDisk }: DiskTrashOptions): TrashCan {
  const place = { fs, runRoot };
  return {
    open: (garbage) => openTrash(place, garbage),
    list: () => listTrashes(place),
  };
}

const MANIFEST = "manifest.jsonl";

function trashRoot({ runRoot }: Place): string {
  return join(runRoot, ".dad", "trash");
}

async function openTrash(place: Place, garbage: readonly Garbage[]): Promise<OpenTrash> {
  const { fs, runRoot } = place;
  const time = new Date().toISOString();
  const id = `gc_${time.replaceAll(/[-:]|\..*/g, "").replace("T", "_")}_${randomBytes(3).toString("hex")}`;
  const directory = join(trashRoot(place), id);
  const header: TrashHeader = { format: "dad.trash/1", id, time };
  const items = garbage.map(({ kind, what, from, reason, bytes }, index): TrashItem => ({ number: index + 1, kind, what, from, reason, bytes }));
  const numbers = new Map(garbage.map((each, index) => [each, index + 1]));
  await makeDirectory(fs, directory, { durable: true });
  await writeDurably(fs, join(directory, MANIFEST), `${[header, ...items].map((line) => JSON.stringify(line)).join("\n")}\n`);
  return {
    id,
    async take(thing) {
      const number = numbers.get(thing);
      if (number === undefined) throw new TypeError(`${thing.from} is not on record in the trash ${id}`);
      return move(fs, thing, { source: join(runRoot, thing.from), target: join(directory, String(number)) });
    },
  };
}

async function writeDurably(fs: DiskFs, path: string, text: string): Promise<void> {
  await onDisk("write", path, fs.writeFile(path, text, { flag: "wx" }));
  const file = await onDisk("open", path, fs.open(path, "r"));
  try {
    await sync(file, path);
  } finally {
    await file.close();
  }
  await syncDirectory(fs, dirname(path));
}

interface Move {
  readonly source: string;
  readonly target: string;
}

/**
 * Looked at before, so that what is needed is not even away for a moment; and after, because it may have been touched
 * between the two.
 */
async function move(fs: DiskFs, { judged }: Garbage, { source, target }: Move): Promise<boolean> {
  const isJudged = async (path: string) => {
    const entry = await ifPresent("look at", path, fs.lstat(path));
    return entry?.ino === judged.ino && entry.mtimeMs === judged.mtimeMs;
  };
  if (!(await isJudged(source))) return false;
  const moved = await ifPresent(
    "move",
    source,
    fs.rename(source, target).then(() => true),
  );
  if (!moved) return false;
  if (await isJudged(target)) return true;
  await putBack(fs, { source: target, target: source });
  return false;
}

/** False when something is in its place. */
async function putBack(fs: DiskFs, { source, target }: Move): Promise<boolean> {
  await makeDirectory(fs, dirname(target), { durable: false });
  const entry = await onDisk("look at", source, fs.lstat(source));
  if (!entry.isFile()) {
    if (await ifPresent("look at", target, fs.lstat(target))) return false;
    await onDisk("put back", target, fs.rename(source, target));
    return true;
  }
  // Unlike a renamed file, a second name takes nobody's place.
  const linked = await onDisk("put back", target, linkUnlessTaken(fs, source, target));
  if (linked) await onDisk("remove", source, fs.unlink(source));
  return linked;
}

async function linkUnlessTaken(fs: DiskFs, path: string, name: string): Promise<boolean> {
  try {
    await fs.link(path, name);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function listTrashes(place: Place): Promise<Trash[]> {
  const root = trashRoot(place);
  const entries = (await ifPresent("list", root, place.fs.readdir(root, { withFileTypes: true }))) ?? [];
  const trashes: { readonly header: TrashHeader; readonly trash: Trash }[] = [];
  for (const { name } of entries) {
    const found = await readTrash(place, join(root, name));
    if (found) trashes.push(found);
  }
  return trashes.sort((left, right) => (left.header.time < right.header.time ? -1 : 1)).map(({ trash }) => trash);
}

/** `undefined` for one whose maker was killed before anything was in it, and for what is none. */
async function readTrash(place: Place, directory: string): Promise<{ readonly header: TrashHeader; readonly trash: Trash } | undefined> {
  const { fs, runRoot } = place;
  const path = join(directory, MANIFEST);
  const text = await ifPresent("read", path, fs.readFile(path, "utf8"));
  const [first, ...rest] = (text ?? "").split("\n").map(parseLine);
  const header = TrashHeader.safeParse(first).data;
  if (header === undefined) return undefined;
  const listed = rest.flatMap((line) => TrashItem.safeParse(line).data ?? []);
  const names = new Set((await onDisk("list", directory, fs.readdir(directory, { withFileTypes: true }))).map(({ name }) => name));
  const trash: Trash = {
    id: header.id,
    items: listed.filter(({ number }) => names.has(String(number))),
    restore: async ({ number, from }) => putBack(fs, { source: join(directory, String(number)), target: join(runRoot, from) }),
    purge: () => removeTree(fs, directory),
  };
  return { header, trash };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The manifest goes last: what is left after a crash is still on record. */
async function removeTree(fs: DiskFs, directory: string): Promise<void> {
  const entries = (await ifPresent("list", directory, fs.readdir(directory, { withFileTypes: true }))) ?? [];
  for (const entry of [...entries].sort((left, right) => Number(left.name === MANIFEST) - Number(right.name === MANIFEST))) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await removeTree(fs, path);
    else await ifPresent("remove", path, fs.unlink(path));
  }
  await ifPresent("remove", directory, fs.rmdir(directory));
}
