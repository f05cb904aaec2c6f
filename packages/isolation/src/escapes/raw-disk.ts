import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

const DISK_BYTES = 4096;

/** The first bytes of a disk that hold something. Those of a mounted one may change, so they are read before and after. */
export async function headOfDisk(path: string): Promise<Buffer | undefined> {
  const file = await open(path, "r").catch(() => undefined);
  if (!file) return undefined;
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(DISK_BYTES), 0, DISK_BYTES, 0);
    return bytesRead === DISK_BYTES && buffer.some((byte) => byte !== 0) ? buffer : undefined;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

/** A disk that this process may read. */
export async function findDisk(): Promise<string | undefined> {
  for (const name of await readdir("/sys/class/block").catch(() => [])) {
    const path = join("/dev", name);
    if (await headOfDisk(path)) return path;
  }
  return undefined;
}
