import type { DiskFile, DiskFs } from "../disk-fs.ts";
import { type DiskCall, type Fault, type FaultyCalls, faultyCalls, type FaultyDiskOptions } from "./faulty-calls.ts";
import { faultyOpen } from "./faulty-file.ts";

/**
 * The disk, each call of which is told before it is done and may go wrong. Once it has crashed, nothing is done any more, and nobody
 * is told the result of a call that was under way. `writeFile` is an `open`, a `write` and a `close`, as it is for the kernel.
 */
export function faultyDisk(disk: DiskFs, onCall: (call: DiskCall) => Fault | undefined, options: FaultyDiskOptions = {}): DiskFs {
  const calls = faultyCalls(onCall, options);
  return { ...changesOf(disk, calls), ...looksOf(disk, calls) };
}

type Changes = "open" | "mkdir" | "rmdir" | "link" | "rename" | "unlink" | "copyFile" | "utimes" | "writeFile";

function changesOf(disk: DiskFs, calls: FaultyCalls): Pick<DiskFs, Changes> {
  const { perform } = calls;
  const change = <T>(operation: DiskCall["operation"], path: string, whole: () => Promise<T>) => perform({ operation, path, changes: true, whole });
  const open = faultyOpen(disk, calls);
  return {
    open,
    mkdir: (path) => change("mkdir", path, () => disk.mkdir(path)),
    rmdir: (path) => change("rmdir", path, () => disk.rmdir(path)),
    unlink: (path) => change("unlink", path, () => disk.unlink(path)),
    utimes: (path, ...times) => change("utimes", path, () => disk.utimes(path, ...times)),
    link: (path, path2) => perform({ operation: "link", path, path2, changes: true, whole: () => disk.link(path, path2) }),
    rename: (path, path2) => perform({ operation: "rename", path, path2, changes: true, whole: () => disk.rename(path, path2) }),
    copyFile(path, path2, mode) {
      const whole = () => disk.copyFile(path, path2, mode);
      const half = async () => {
        await whole();
        await cutToHalf(disk, path2);
      };
      return perform({ operation: "copyFile", path, path2, changes: true, whole, half });
    },
    async writeFile(path, text, { flag }) {
      const file = await open(path, flag);
      try {
        await writeAll(file, Buffer.from(text));
      } finally {
        await file.close();
      }
    },
  };
}

async function cutToHalf(disk: DiskFs, path: string): Promise<void> {
  const { size } = await disk.lstat(path);
  const file = await disk.open(path, "r+");
  try {
    await file.truncate(Math.floor(size / 2));
  } finally {
    await file.close();
  }
}

async function writeAll(file: DiskFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done);
    done += bytesWritten;
  }
}

function looksOf(disk: DiskFs, { perform }: FaultyCalls): Pick<DiskFs, "lstat" | "stat" | "realpath" | "readFile" | "opendir" | "readdir"> {
  const look = <T>(operation: DiskCall["operation"], path: string, whole: () => Promise<T>) => perform({ operation, path, changes: false, whole });
  return {
    lstat: (path) => look("lstat", path, () => disk.lstat(path)),
    stat: (path) => look("stat", path, () => disk.stat(path)),
    realpath: (path) => look("realpath", path, () => disk.realpath(path)),
    readFile: (path, encoding) => look("readFile", path, () => disk.readFile(path, encoding)),
    opendir: (path) => look("opendir", path, () => disk.opendir(path)),
    readdir: (path, options) => look("readdir", path, () => disk.readdir(path, options)),
  };
}
