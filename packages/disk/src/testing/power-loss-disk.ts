import { posix } from "node:path";
import type { DiskEntry, DiskFs } from "../disk-fs.ts";
import { changeContent } from "./file-content.ts";
import { nameOperations } from "./name-operations.ts";
import type { DiskNode } from "./names.ts";
import { cut, openedFile, openFlags } from "./opened-file.ts";
import type { Survival } from "./survival.ts";
import { createFile, directoryAt, emptyVolume, placeOf, presentAt, refusal, type Volume, volumeAfter } from "./volume.ts";

export interface PowerLossDiskOptions {
  /** The time that files get, in milliseconds since 1970. Default: the clock. */
  readonly now?: () => number;
}

/**
 * A disk in memory that knows what is durable. The content of a file is so up to the last `sync` or `datasync` of the file. A name
 * (made, linked, renamed, removed) is so after a `sync` of its directory: that of the file does not help.
 */
export interface PowerLossDisk extends DiskFs {
  /**
   * What is left when the power fails now: another disk. This one goes on as if nothing had happened, and may lose power again.
   *
   * What was not durable is kept or lost, each change on its own and in any order, within what every file system promises: a
   * rename is kept as a whole or not at all and then the old name is there, what happens to one name happens in its order,
   * and a directory goes after all that was in it. Of bytes a beginning may be left, or as many zeros.
   */
  afterPowerLoss(survival: Survival): PowerLossDisk;
}

/**
 * A disk with nothing but `/` in it. It is Linux to its users, who are root: the errors are the same, and modes keep nobody out.
 * Relative paths begin at `/`, and there are no symbolic links.
 */
export function powerLossDisk({ now = Date.now }: PowerLossDiskOptions = {}): PowerLossDisk {
  return diskOn(emptyVolume(now));
}

function diskOn(volume: Volume): PowerLossDisk {
  return {
    ...fileOperations(volume),
    ...nameOperations(volume),
    ...looks(volume),
    afterPowerLoss: (survival) => diskOn(volumeAfter(volume, survival)),
  };
}

function fileOperations(volume: Volume): Pick<DiskFs, "open" | "utimes" | "readFile" | "writeFile"> {
  const open: DiskFs["open"] = async (path, how, mode = 0o666) => {
    const flags = openFlags(how);
    const place = placeOf(volume, "open", path);
    if (place.node && flags.exclusive) throw refusal("EEXIST", place);
    if (place.node?.kind === "directory" && flags.writes) throw refusal("EISDIR", place);
    if (place.node?.kind === "file" && flags.empties) cut(volume, place.node, 0);
    const node = place.node ?? (flags.creates ? createFile(volume, place, mode) : presentAt(place));
    return openedFile(volume, { path, node, flags });
  };
  return {
    open,
    async utimes(path, _atime, mtime) {
      const node = presentAt(placeOf(volume, "utime", path));
      // Numbers are seconds.
      const mtimeMs = mtime instanceof Date ? mtime.getTime() : mtime * 1000;
      if (node.kind === "file") changeContent(node, { kind: "touch", mtimeMs });
      else node.mtimeMs = mtimeMs;
    },
    async readFile(path) {
      const place = placeOf(volume, "open", path);
      const node = presentAt(place);
      if (node.kind === "directory") throw refusal("EISDIR", { ...place, syscall: "read" });
      return Buffer.from(node.now.bytes).toString("utf8");
    },
    async writeFile(path, text, { flag }) {
      const file = await open(path, flag);
      const bytes = Buffer.from(text);
      await file.write(bytes, 0, bytes.length);
      await file.close();
    },
  };
}

function looks(volume: Volume): Pick<DiskFs, "lstat" | "stat" | "realpath" | "opendir" | "readdir"> {
  const look = async (syscall: string, path: string) => entryOf(presentAt(placeOf(volume, syscall, path)));
  const list = (path: string) => {
    const { now } = directoryAt(placeOf(volume, "scandir", path));
    return Array.from(now, ([name, node]) => ({ name, ...kindOf(node) }));
  };
  return {
    lstat: (path) => look("lstat", path),
    stat: (path) => look("stat", path),
    async realpath(path) {
      presentAt(placeOf(volume, "realpath", path));
      return posix.resolve("/", path);
    },
    async opendir(path) {
      const entries = list(path);
      return (async function* entriesOneByOne() {
        yield* entries;
      })();
    },
    readdir: async (path) => list(path),
  };
}

function entryOf(node: DiskNode): DiskEntry {
  const { bytes, mtimeMs, mode } = node.kind === "file" ? node.now : { bytes: [], mtimeMs: node.mtimeMs, mode: 0o755 };
  return { size: bytes.length, ino: node.ino, mtimeMs, mode, ...kindOf(node) };
}

function kindOf({ kind }: DiskNode): Pick<DiskEntry, "isFile" | "isDirectory"> {
  return { isFile: () => kind === "file", isDirectory: () => kind === "directory" };
}
