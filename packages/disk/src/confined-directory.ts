import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { rename, unlink } from "node:fs/promises";
import { type ConfinedPath, namesOf, partsOf, shownPath } from "./confined-path.ts";
import { removeIn } from "./confined-removal.ts";
import { confinedStats, type ConfinedStats, statsIn } from "./confined-stats.ts";
import { namesIn, walkHeld, type WalkedEntry, type WalkLimits } from "./confined-walk.ts";
import type { DiskFailure } from "./disk-operations.ts";
import { assertFile, contentOf, type ForeignFile, type ForeignReadOptions, kindOf, READ } from "./file-content.ts";
import { ForeignFileRefusal } from "./foreign-file-refusal.ts";
import { failingAs } from "./foreign-files.ts";
import { enterOrMake, holdBelow, type HeldDirectory, holdRoot, type HoldRoot, look } from "./held-directory.ts";

/** How the names begin under which files wait that are being written. */
export const WRITING_PREFIX = ".dad_write_";

const WRITE_NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
const DEFAULT_MOST_ENTRIES = 100_000;

export interface ConfinedOptions {
  /** Absolute path of the directory. Who can write in it cannot replace what is above it. */
  readonly root: string;
  /** Makes the errors of whoever uses it. Their cause is a {@link ForeignFileRefusal}, or what the disk said. */
  readonly failure: DiskFailure;
  /**
   * Whether a file is read that has more than one name: another one may be outside, so that what is read, or changed
   * there later, is not of this directory. Default: `refuse`.
   */
  readonly hardLinks?: "refuse" | "allow" | undefined;
}

export interface Waiting {
  readonly signal?: AbortSignal | undefined;
}

export interface WalkOptions extends Waiting {
  readonly limits: WalkLimits;
}

/** Something in a directory. */
export interface ConfinedEntry extends ConfinedStats {
  /** For people alone where there are `bytes`. */
  readonly name: string;
  /** The name where it is no text. */
  readonly bytes?: Buffer;
}

/** A regular file that is open: the same one, whatever its name means by now. */
export interface ConfinedFile extends AsyncDisposable {
  /** As it was when it was opened. */
  readonly stats: ConfinedStats;
  /** As it is now. */
  readonly look: () => Promise<ConfinedStats>;
  /** Where other processes of this user can open this very file as long as it is open here. `undefined` where the system has no such place. */
  readonly place: string | undefined;
  readonly read: (options: ForeignReadOptions) => Promise<ForeignFile>;
}

/**
 * The files below a directory in which hostile code may write at the same moment. No link is followed: neither in the place of
 * the directory nor below it, also when one is put there meanwhile. Nothing is opened but regular files: no pipe is waited for, no
 * device touched. Each operation fails with the error that `failure` makes.
 *
 * On Linux each step goes from the open directory before it (`/proc/self/fd`, `O_NOFOLLOW` of open(2)). Elsewhere the way is
 * looked at before and after, which finds a link that was put there, unless it comes and goes several times at the right
 * moments; what is written or removed may then have been elsewhere.
 */
export interface ConfinedDirectory {
  readonly root: string;
  /** What is there; a link is told as a link. `undefined`: nothing. */
  stat(path: ConfinedPath, options?: Waiting): Promise<ConfinedStats | undefined>;
  /** A regular file. `undefined`: there is nothing. Everything else is refused. */
  open(path: ConfinedPath, options?: Waiting): Promise<ConfinedFile | undefined>;
  /** What a regular file holds. `undefined`: there is nothing. Everything else is refused, and what is larger or grows beyond the limit. */
  read(path: ConfinedPath, options: ForeignReadOptions): Promise<ForeignFile | undefined>;
  /**
   * Puts a new file in the place of whatever is there and no directory, at once, and makes the directories above it. Not made
   * durable. A process that is killed may leave a file whose name begins with {@link WRITING_PREFIX}.
   */
  write(path: ConfinedPath, content: Uint8Array, options?: Waiting & { readonly mode?: number }): Promise<void>;
  /** What is in a directory, in the order of the bytes of names. `undefined`: there is no directory. More than `most` (100,000) are refused. */
  list(path: ConfinedPath, options?: Waiting & { readonly most?: number }): Promise<readonly ConfinedEntry[] | undefined>;
  /** Removes what is there, a directory with all that is in it. False: there was nothing. */
  remove(path: ConfinedPath, options?: Waiting): Promise<boolean>;
  /** Everything below, each directory before what is in it. Fails at what is beyond a limit. What goes meanwhile is left out. */
  walk(options: WalkOptions): AsyncIterable<WalkedEntry>;
}

export function confinedDirectory(options: ConfinedOptions): ConfinedDirectory {
  return confinedBy(holdRoot(options.root), options);
}

/** Exported for its tests. */
export function confinedBy(hold: HoldRoot, { root, failure, hardLinks = "refuse" }: ConfinedOptions): ConfinedDirectory {
  const open = (path: ConfinedPath): Promise<ConfinedFile | undefined> =>
    inParent(hold, path, (directory, name) => openIn(directory, name, hardLinks));
  const doing = <T>(operation: string, { path, signal }: Waiting & { readonly path: ConfinedPath }, work: () => Promise<T>): Promise<T> =>
    failingAs(failure, { operation, path: shownPath(path), signal }, work);

  return {
    root,
    stat: (path, options) => doing("look at", { path, ...options }, () => statAt(hold, path)),
    async open(path, options) {
      const file = await doing("open", { path, ...options }, () => open(path));
      return (
        file && {
          ...file,
          look: () => doing("look at", { path }, file.look),
          read: (reading) => doing("read", { path, ...reading }, () => file.read(reading)),
        }
      );
    },
    read: (path, options) =>
      doing("read", { path, ...options }, async () => {
        await using file = await open(path);
        return file && (await file.read(options));
      }),
    write: (path, content, options) => doing("write", { path, ...options }, () => writeAt(hold, path, { ...options, content })),
    list: (path, options = {}) => doing("list", { path, ...options }, () => listAt(hold, path, options)),
    remove: (path, options) =>
      doing("remove", { path, ...options }, async () => {
        return (await inParent(hold, path, (directory, name) => removeIn(directory, name, options?.signal))) ?? false;
      }),
    walk: (options) => walkAll(hold, failure, options),
  };
}

async function* walkAll(hold: HoldRoot, failure: DiskFailure, { limits, signal }: WalkOptions): AsyncGenerator<WalkedEntry> {
  try {
    signal?.throwIfAborted();
    await using top = await hold();
    if (top) yield* walkHeld(top, { limits, signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw failure("walk", ".", cause);
  }
}

/** Works in the directory that something is in. `undefined` when there is no such directory. */
async function inParent<T>(hold: HoldRoot, path: ConfinedPath, work: (directory: HeldDirectory, name: Buffer) => Promise<T>): Promise<T | undefined> {
  const parts = partsOf(path);
  await using directory = await holdBelow(hold, parts.slice(0, -1));
  return directory && (await work(directory, nameIn(parts)));
}

function nameIn(parts: readonly Buffer[]): Buffer {
  const name = parts.at(-1);
  if (!name) throw new ForeignFileRefusal("it is the directory itself");
  return name;
}

async function openIn(directory: HeldDirectory, name: Buffer, hardLinks: "refuse" | "allow"): Promise<ConfinedFile | undefined> {
  const found = await look(directory.at(name));
  await directory.assertHeld();
  if (!found) return undefined;
  // Before it is opened: opening alone can wind a tape.
  assertFile(found);
  const file = await directory.open(name, READ).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error.code === "ELOOP" ? new ForeignFileRefusal("it is a link, not a file", { cause: error }) : error;
  });
  if (!file) return undefined;
  try {
    const stats = await file.stat({ bigint: true });
    assertFile(stats);
    if (hardLinks === "refuse" && stats.nlink > 1) throw new ForeignFileRefusal(`it has ${stats.nlink} names, and not all of them need be in here`);
    return {
      stats: confinedStats(stats),
      place: process.platform === "linux" ? `/proc/${process.pid}/fd/${file.fd}` : undefined,
      look: async () => confinedStats(await file.stat({ bigint: true })),
      read: (options) => contentOf(file, options),
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function statAt(hold: HoldRoot, path: ConfinedPath): Promise<ConfinedStats | undefined> {
  if (partsOf(path).length > 0) return inParent(hold, path, statsIn);
  await using directory = await hold();
  return directory && confinedStats(await directory.look());
}

interface Writing extends Waiting {
  readonly content: Uint8Array;
  readonly mode?: number;
}

async function writeAt(hold: HoldRoot, path: ConfinedPath, { content, mode = 0o666, signal }: Writing): Promise<void> {
  const parts = partsOf(path);
  const name = nameIn(parts);
  await using directory = await holdBelow(hold, parts.slice(0, -1), enterOrMake);
  if (!directory) throw new ForeignFileRefusal("there is no directory for it");
  const found = await look(directory.at(name));
  if (found?.isDirectory()) throw new ForeignFileRefusal(`it is a ${kindOf(found)}`);
  const waiting = Buffer.from(`${WRITING_PREFIX}${randomUUID()}`);
  try {
    {
      await using file = await directory.open(waiting, WRITE_NEW, mode & 0o777);
      await file.writeFile(content, { signal });
    }
    await directory.assertHeld();
    await rename(directory.at(waiting), directory.at(name));
    await directory.assertHeld();
  } catch (error) {
    await unlink(directory.at(waiting)).catch(() => undefined);
    throw error;
  }
}

async function listAt(hold: HoldRoot, path: ConfinedPath, { signal, most = DEFAULT_MOST_ENTRIES }: Waiting & { readonly most?: number }) {
  await using directory = await holdBelow(hold, partsOf(path));
  if (!directory) return undefined;
  const names = await namesIn(directory, most);
  if (!names) throw new ForeignFileRefusal(`it has more than ${most} entries`);
  const entries: ConfinedEntry[] = [];
  for (const name of names) {
    signal?.throwIfAborted();
    const stats = await statsIn(directory, name);
    if (stats) entries.push({ ...namesOf(name), ...stats });
  }
  return entries;
}
