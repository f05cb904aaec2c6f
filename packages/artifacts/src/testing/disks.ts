import { type DiskFile, type DiskFs, nodeDisk } from "@dad/disk";
import { type DiskCall, type Fault, faultyDisk } from "@dad/disk/testing";
import { type DiskArtifactStoreOptions, diskArtifactStore } from "../disk.ts";
import type { FailingStore } from "./store-subject.ts";

/** What is in a file, all of it the same file's. */
export async function bytesOf(fs: DiskFs, path: string): Promise<Uint8Array | undefined> {
  const file = await fs.open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  for (let position = 0; ;) {
    const buffer = new Uint8Array(64 * 1024);
    const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, position);
    if (bytesRead === 0) break;
    pieces.push(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
  await file.close();
  return Buffer.concat(pieces);
}

/** Changes one bit of a file that may be read-only. */
export async function flipBit(fs: DiskFs, path: string): Promise<void> {
  const bytes = (await bytesOf(fs, path))!;
  bytes[bytes.length >> 1]! ^= 1;
  await rewrite(fs, path, bytes);
}

/** Puts other bytes in the place of a file, and makes them durable. */
async function rewrite(fs: DiskFs, path: string, bytes: Uint8Array): Promise<void> {
  await fs.unlink(path);
  const file = await fs.open(path, "wx", 0o444);
  await file.write(bytes, 0, bytes.byteLength);
  await file.sync();
  await file.close();
}

/** A store that shares its data with others on the same disk, and whose disk refuses one call. */
export function failingAt(call: number, options: DiskArtifactStoreOptions & { readonly code: string }): FailingStore {
  let failed = false;
  const { code, fs = nodeDisk, ...rest } = options;
  const store = diskArtifactStore({
    ...rest,
    fs: faultyDisk(fs, ({ number }): Fault | undefined => {
      if (number !== call) return undefined;
      failed = true;
      return { kind: "fail", code };
    }),
  });
  return {
    store,
    failed: () => failed,
    async [Symbol.asyncDispose]() {
      // It may be the very call that is refused.
      await Promise.allSettled([store[Symbol.asyncDispose]()]);
    },
  };
}

/** A disk that tells what it is asked for: the operation, and the last part of the path that it is about. */
export function recording(calls: string[], told: "changes" | "all" = "changes"): DiskFs {
  const record = ({ operation, path, path2 = path }: DiskCall): undefined => void calls.push(`${operation} ${nameOf(path2)}`);
  return faultyDisk(nodeDisk, record, { told });
}

/** Names that are another one each time are told as what they are. */
function nameOf(path: string): string {
  const [name = "", parent = ""] = path.split("/").toReversed();
  if (name.startsWith(".dad_tmp_") || UUID.test(parent)) return "draft";
  return UUID.test(name) ? "handle" : name;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A disk whose files go through a function. */
export function wrappingFiles(fs: DiskFs, wrap: (file: DiskFile, path: string) => Partial<DiskFile>): DiskFs {
  return {
    ...fs,
    async open(path, flags, mode) {
      const file = await fs.open(path, flags, mode);
      return {
        read: (...range) => file.read(...range),
        write: (...range) => file.write(...range),
        truncate: (length) => file.truncate(length),
        chmod: (bits) => file.chmod(bits),
        datasync: () => file.datasync(),
        sync: () => file.sync(),
        close: () => file.close(),
        ...wrap(file, path),
      };
    },
  };
}
