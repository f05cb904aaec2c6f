import { join } from "node:path";
import { confinedDirectory, type DiskEntry, type DiskFs, ForeignFileRefusal } from "@dad/disk";
import { InboxStorageError } from "../inbox-errors.ts";
import { ifPresent } from "./storage.ts";

interface Waiting {
  readonly signal?: AbortSignal | undefined;
}

/** What is read of what others may have put in the directory of a run, and removed. Nothing else than regular files is read. */
export interface MessageFiles {
  /** `undefined`: there is no directory. More than `most` are refused. */
  list(path: string, options: Waiting & { readonly most: number }): Promise<ReadonlyArray<{ readonly name: string }> | undefined>;
  stat(path: string): Promise<{ readonly kind: string } | undefined>;
  /** `undefined`: there is nothing. A larger file is refused. */
  read(path: string, options: Waiting & { readonly limitBytes: number }): Promise<{ readonly content: Uint8Array } | undefined>;
  /** False: there was nothing. */
  remove(path: string): Promise<boolean>;
}

/** Those of this machine. No link is followed, whoever puts one there meanwhile. */
export function confinedFiles(root: string): MessageFiles {
  return confinedDirectory({ root, failure: (...failure) => new InboxStorageError(...failure) });
}

/** Those of a disk that has nothing but names. */
export function filesByName(fs: DiskFs, root: string): MessageFiles {
  const at = (path: string): string => join(root, path);
  return {
    async list(path, { most, signal }) {
      const names = await namesIn(fs, at(path));
      signal?.throwIfAborted();
      if (names && names.length > most) throw new ForeignFileRefusal(`it has more than ${most} entries`);
      return names?.map((name) => ({ name }));
    },
    async stat(path) {
      const entry = await entryAt(fs, at(path));
      return entry && { kind: kindOf(entry) };
    },
    async read(path, { limitBytes, signal }) {
      const text = await readByName(fs, at(path), limitBytes);
      signal?.throwIfAborted();
      return text === undefined ? undefined : { content: Buffer.from(text) };
    },
    remove: (path) => removeByName(fs, at(path)),
  };
}

function entryAt(fs: DiskFs, place: string): Promise<DiskEntry | undefined> {
  return ifPresent("look at", place, fs.lstat(place));
}

async function namesIn(fs: DiskFs, place: string): Promise<readonly string[] | undefined> {
  if (!(await entryAt(fs, place))?.isDirectory()) return undefined;
  const entries = await ifPresent("list", place, fs.readdir(place, { withFileTypes: true }));
  return entries?.map(({ name }) => name);
}

async function readByName(fs: DiskFs, place: string, limitBytes: number): Promise<string | undefined> {
  const entry = await entryAt(fs, place);
  if (entry === undefined) return undefined;
  if (!entry.isFile()) throw new ForeignFileRefusal(`it is a ${kindOf(entry)}, not a file`);
  if (entry.size > limitBytes) throw new ForeignFileRefusal(`it has ${entry.size} bytes, and at most ${limitBytes} are read`);
  return await ifPresent("read", place, fs.readFile(place, "utf8"));
}

async function removeByName(fs: DiskFs, place: string): Promise<boolean> {
  const names = await namesIn(fs, place);
  for (const name of names ?? []) await removeByName(fs, join(place, name));
  const removed = names ? fs.rmdir(place) : fs.unlink(place);
  return (
    (await ifPresent(
      "remove",
      place,
      removed.then(() => true),
    )) ?? false
  );
}

function kindOf(entry: DiskEntry): string {
  if (entry.isFile()) return "file";
  return entry.isDirectory() ? "directory" : "link";
}
