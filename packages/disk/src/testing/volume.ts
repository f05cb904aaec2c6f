import { posix } from "node:path";
import { contentAfter, type FileNode, newFile } from "./file-content.ts";
import { type DirectoryNode, type DiskNode, type Names, names, type NameStep } from "./names.ts";
import { fateOf, type Survival } from "./survival.ts";
import { systemError } from "./system-error.ts";

/** What a disk holds: the tree of names, the contents they lead to, and what of both is durable. */
export interface Volume {
  readonly root: DirectoryNode;
  readonly names: Names;
  readonly now: () => number;
  /** The highest number of a file or directory so far. */
  lastIno: number;
}

/** Where a path leads. */
export interface Place extends NameStep {
  readonly path: string;
  /** The operation that asked, for its errors. */
  readonly syscall: string;
}

export function emptyVolume(now: () => number): Volume {
  return { root: directoryOf(1, now()), names: names(), now, lastIno: 1 };
}

export function newDirectory(volume: Volume): DirectoryNode {
  return directoryOf(++volume.lastIno, volume.now());
}

function directoryOf(ino: number, mtimeMs: number): DirectoryNode {
  return { kind: "directory", ino, mtimeMs, now: new Map(), durable: new Map() };
}

/** What no new file is allowed, as with most users. */
const UMASK = 0o022;

/** A new and empty file, by the name of a place where nothing is yet. */
export function createFile(volume: Volume, { directory, name }: Place, mode: number): FileNode {
  const mtimeMs = volume.now();
  const node = newFile(++volume.lastIno, { bytes: new Uint8Array(), mtimeMs, mode: mode & ~UMASK });
  volume.names.change({ steps: [{ directory, name, node }] }, mtimeMs);
  return node;
}

/** Fails as Linux does where the path leads through something that is missing or no directory. */
export function placeOf({ root }: Volume, syscall: string, path: string): Place {
  let place: Place = { directory: root, name: "", node: root, path, syscall };
  for (const name of posix.resolve("/", path).split("/").filter(Boolean)) {
    const directory = presentAt(place);
    if (directory.kind !== "directory") throw refusal("ENOTDIR", place);
    place = { ...place, directory, name, node: directory.now.get(name) };
  }
  return place;
}

export function presentAt(place: Place): DiskNode {
  if (place.node === undefined) throw refusal("ENOENT", place);
  return place.node;
}

export function directoryAt(place: Place): DirectoryNode {
  const node = presentAt(place);
  if (node.kind !== "directory") throw refusal("ENOTDIR", place);
  return node;
}

export function refusal(code: string, { syscall, path }: Place): NodeJS.ErrnoException {
  return systemError(code, syscall, path);
}

/** Another volume, on which all that is left is durable. The first one stays as it is. */
export function volumeAfter(volume: Volume, survival: Survival): Volume {
  const fate = fateOf(survival);
  const entriesOf = volume.names.after(fate);
  // A file with two names stays one file.
  const files = new Map<FileNode, FileNode>();
  const fileAfter = (file: FileNode): FileNode => {
    const known = files.get(file) ?? newFile(file.ino, contentAfter(file, fate.ofContent));
    files.set(file, known);
    return known;
  };
  const directoryAfter = (directory: DirectoryNode): DirectoryNode => {
    const left = directoryOf(directory.ino, directory.mtimeMs);
    for (const [name, node] of entriesOf(directory)) {
      const copy = node.kind === "file" ? fileAfter(node) : directoryAfter(node);
      left.now.set(name, copy);
      left.durable.set(name, copy);
    }
    return left;
  };
  return { ...volume, root: directoryAfter(volume.root), names: names() };
}
