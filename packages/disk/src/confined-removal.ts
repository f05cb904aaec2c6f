import { randomUUID } from "node:crypto";
import { chmod, readdir, rename, rmdir, unlink } from "node:fs/promises";
import { type HeldDirectory, look } from "./held-directory.ts";

const OWNER = 0o700;

/** Removes something of a directory that is held, with all that is in it. False when there is nothing. */
export async function removeIn(above: HeldDirectory, name: Buffer, signal: AbortSignal | undefined): Promise<boolean> {
  const found = await look(above.at(name));
  await above.assertHeld();
  if (!found) return false;
  if (!found.isDirectory()) await unlessGone(unlink(above.at(name)));
  else await removeDirectory(above, name, { signal, rounds: MOST_ROUNDS });
  return true;
}

/** Who removes the same meanwhile moves directories to the top, where this one has looked already; and somebody may still put something in. */
const MOST_ROUNDS = 20;

interface Removing {
  readonly signal: AbortSignal | undefined;
  readonly rounds: number;
}

async function removeDirectory(above: HeldDirectory, name: Buffer, { signal, rounds }: Removing): Promise<void> {
  {
    await using directory = await above.enter(name);
    if (!directory) return;
    await emptyHeld(directory, signal);
  }
  try {
    await unlessGone(rmdir(above.at(name)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY" || rounds === 1) throw error;
    await removeDirectory(above, name, { signal, rounds: rounds - 1 });
  }
}

/** What somebody else has removed meanwhile is gone, which is all that was wanted. */
async function unlessGone<Result>(removal: Promise<Result>): Promise<Result | undefined> {
  try {
    return await removal;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** What somebody has put into it meanwhile is found in the next round. */
function unlessFilled(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOTEMPTY") throw error;
}

/**
 * Each directory is moved to the top before it is emptied: no tree is so deep that there are too many open directories, or
 * too long names, on the way down.
 */
async function emptyHeld(top: HeldDirectory, signal: AbortSignal | undefined): Promise<void> {
  const moved = [...(await emptyInto(top, top, signal))];
  for (let name = moved.pop(); name !== undefined; name = moved.pop()) {
    signal?.throwIfAborted();
    {
      await using directory = await top.enter(name);
      if (directory) moved.push(...(await emptyInto(directory, top, signal)));
    }
    await unlessGone(rmdir(top.at(name))).catch(unlessFilled);
  }
}

/** Removes what is no directory, and moves what is one to the top. Answers the names that these have there. */
async function emptyInto(directory: HeldDirectory, top: HeldDirectory, signal: AbortSignal | undefined): Promise<Buffer[]> {
  const moved: Buffer[] = [];
  await makeWritable(directory);
  const entries = await unlessGone(readdir(directory.at(), { withFileTypes: true, encoding: "buffer" }));
  for (const entry of entries ?? []) {
    const { name } = entry;
    signal?.throwIfAborted();
    await directory.assertHeld();
    if (!entry.isDirectory()) {
      await unlessGone(unlink(directory.at(name)));
      continue;
    }
    const away = directory === top ? name : Buffer.from(`.dad_remove_${randomUUID()}`);
    if (directory !== top) {
      // Its entry `..` is written when it is moved.
      await using below = await directory.enter(name);
      if (!below) continue;
      await makeWritable(below);
      if ((await unlessGone(rename(directory.at(name), top.at(away)).then(() => true))) === undefined) continue;
    }
    moved.push(away);
  }
  return moved;
}

/** What its owner may not write to is nevertheless to go. */
async function makeWritable(directory: HeldDirectory): Promise<void> {
  const { mode } = await directory.look();
  if ((Number(mode) & OWNER) !== OWNER) await unlessGone(chmod(directory.at(), OWNER));
}
