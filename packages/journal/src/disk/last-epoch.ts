import type { DiskFs } from "@dad/disk";
import { isJsonObject } from "@dad/protocol";
import { onDisk } from "./storage.ts";

const TAIL_BYTES = 64 * 1024;

/** The epoch of the last whole line of a journal, if it is not too long to be found at once; else 0. For those who only say it: nothing is verified. */
export async function lastEpochOf(fs: DiskFs, path: string): Promise<number> {
  const { size } = await onDisk("look at", path, fs.lstat(path));
  const file = await onDisk("open", path, fs.open(path, "r"));
  try {
    const buffer = Buffer.alloc(Math.min(TAIL_BYTES, size));
    const { bytesRead } = await onDisk("read", path, file.read(buffer, 0, buffer.byteLength, size - buffer.byteLength));
    const lines = buffer.toString("utf8", 0, bytesRead).split("\n");
    return epochIn(lines.at(-2) ?? "");
  } finally {
    await file.close();
  }
}

function epochIn(line: string): number {
  try {
    const entry: unknown = JSON.parse(line);
    return isJsonObject(entry) && Number.isSafeInteger(entry["epoch"]) ? Number(entry["epoch"]) : 0;
  } catch {
    return 0;
  }
}
