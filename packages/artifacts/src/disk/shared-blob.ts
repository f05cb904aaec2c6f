import { constants } from "node:fs";
import type { DiskFs } from "@dad/disk";
import type { Digest } from "@dad/protocol";
import { ifPresent, onDisk } from "./storage.ts";
import { verify } from "./verified-file.ts";

/** Content in a file that nobody writes to. */
export interface Blob {
  readonly blob: string;
  readonly digest: Digest;
  readonly size: number;
  readonly signal: AbortSignal | undefined;
}

/** Where a file of a view is made, and where it is shown. */
export interface PlaceInView {
  readonly draft: string;
  readonly target: string;
}

/** Shows a blob at another place without copying it. False when it cannot be shared, and nothing was done. */
export type ShareBlob = (blob: Blob, place: PlaceInView) => Promise<boolean>;

/**
 * Errors of the sharing: `ARTIFACT_DAMAGED` when what would be shared is not what it is called, `ARTIFACT_STORAGE_FAILED`
 * when it cannot be shown.
 */
export function blobSharing(fs: DiskFs): ShareBlob {
  return async ({ blob, digest, size, signal }, { draft, target }) => {
    try {
      if (!(await clone(fs, blob, draft)) && !(await giveSecondName(fs, blob, draft))) return false;
      const entry = await ifPresent("look at", draft, fs.lstat(draft));
      if (!entry?.isFile() || entry.size !== size) return false;
      await verify(fs, { path: draft, digest, size, signal });
      await onDisk("replace", target, fs.rename(draft, target));
      return true;
    } finally {
      // Also after success: between two names of one file, `rename` does nothing.
      await ifPresent("remove", draft, fs.unlink(draft));
    }
  };
}

/** Why it was not possible does not matter: it is copied then, and what is really wrong is told by that. */
async function succeeds(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

/** Copy on write: whatever is done to one, the other stays. */
function clone(fs: DiskFs, blob: string, draft: string): Promise<boolean> {
  return succeeds(fs.copyFile(blob, draft, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE));
}

/** Only where this process cannot write to it by mistake, as root can to every file. */
async function giveSecondName(fs: DiskFs, blob: string, draft: string): Promise<boolean> {
  const user = process.geteuid?.();
  if (user === undefined || user === 0) return false;
  const entry = await fs.lstat(blob).catch(() => undefined);
  if (!entry?.isFile() || entry.mode === undefined || (entry.mode & WRITABLE) !== 0) return false;
  return await succeeds(fs.link(blob, draft));
}

const WRITABLE = 0o222;
