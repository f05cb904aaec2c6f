import { lstat, rm } from "node:fs/promises";
import { join } from "node:path";
import { kernelLocks } from "@dad/disk";

/** The lock that git keeps of a ref while it changes it, as it was at some moment. */
export interface SeenLock {
  readonly path: string;
  /** Tells it from another one of its name. `undefined` when there is none. */
  readonly identity: string | undefined;
}

async function seeLock(gitDir: string, ref: string): Promise<SeenLock> {
  const path = join(gitDir, `${ref}.lock`);
  return { path, identity: await identityOf(path) };
}

/** All that may be in the way of a change of these refs: git locks `HEAD`, too, when that leads to one of them, and `packed-refs` when one goes. */
export async function seeLocks(gitDir: string, refs: readonly string[]): Promise<readonly SeenLock[]> {
  return await Promise.all([...refs, "HEAD", "packed-refs"].map((ref) => seeLock(gitDir, ref)));
}

/**
 * Removes a lock that was in the way of git for as long as git waits for one (`core.filesRefLockTimeout`), and is the same
 * still: whoever made it, who needed it for some milliseconds, is dead. Nobody who comes later can do without: no run
 * could start any more. Any number may find it at the same time; one of them removes it, and never the lock of a next one.
 *
 * @returns whether it was in the way, so that it is worth while to try again.
 */
export async function removeAbandonedLock(gitDir: string, { path, identity }: SeenLock, refusal: unknown): Promise<boolean> {
  if (identity === undefined || !saysLocked(refusal, path)) return false;
  const held = await kernelLocks().acquire(join(gitDir, "dad-abandoned.lock"));
  try {
    if (held && (await identityOf(path)) === identity) await rm(path, { force: true });
  } finally {
    await held?.release();
  }
  return true;
}

function saysLocked(refusal: unknown, path: string): boolean {
  for (let error = refusal; error instanceof Error; error = error.cause) if (error.message.includes(`${path}': File exists`)) return true;
  return false;
}

async function identityOf(path: string): Promise<string | undefined> {
  const entry = await lstat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  return entry && `${entry.ino} ${entry.ctimeNs}`;
}
