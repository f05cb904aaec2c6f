import { type ConfinedFile, type HardLinkRule, openIn } from "./confined-file.ts";
import { type ConfinedPath, namesOf, partsOf, shownPath } from "./confined-path.ts";
import { type ConfinedContent, type ReadAllOptions, readEach } from "./confined-reading.ts";
import { removeIn } from "./confined-removal.ts";
import { confinedStats, type ConfinedStats, statsIn } from "./confined-stats.ts";
import { namesIn, walkHeld, type WalkedEntry, type WalkLimits } from "./confined-walk.ts";
import { removeEmptyIn, removeFileIn, writeFileAt, writeLinkAt, type WrittenContent, type WrittenPlace } from "./confined-writing.ts";
import type { DiskFailure } from "./disk-operations.ts";
import type { ForeignFile, ForeignReadOptions } from "./file-content.ts";
import { ForeignFileRefusal } from "./foreign-file-refusal.ts";
import { failingAs, failingIn } from "./foreign-files.ts";
import { type HeldDirectory, holdBelow, holdRoot, type HoldRoot } from "./held-directory.ts";

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
  readonly hardLinks?: HardLinkRule | undefined;
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
   * What is at each of many paths, in their order, with the content of files up to a limit: much faster than one by one, when they
   * are in the order of their bytes. Behind a link there is nothing.
   */
  readAll(paths: readonly ConfinedPath[], options: ReadAllOptions): AsyncIterable<ConfinedContent>;
  /**
   * Puts a new file in the place of whatever is there and no directory, at once, and makes the directories above it. Content that
   * comes in pieces is put there when it is whole. Not made durable. A process that is killed may leave a file whose name begins
   * with `WRITING_PREFIX`.
   */
  write(path: ConfinedPath, content: WrittenContent, options?: Waiting & { readonly mode?: number }): Promise<void>;
  /** The same for a link. Where it leads is not looked at. */
  writeLink(path: ConfinedPath, target: Uint8Array, options?: Waiting): Promise<void>;
  /** What is in a directory, in the order of the bytes of names. `undefined`: there is no directory. More than `most` (100,000) are refused. */
  list(path: ConfinedPath, options?: Waiting & { readonly most?: number }): Promise<readonly ConfinedEntry[] | undefined>;
  /** Removes what is there, a directory with all that is in it. False: there was nothing. */
  remove(path: ConfinedPath, options?: Waiting): Promise<boolean>;
  /** Removes what is there and no directory. False: there was nothing. */
  removeFile(path: ConfinedPath, options?: Waiting): Promise<boolean>;
  /** Removes a directory that nothing is in. False: something is, or there was no directory. */
  removeEmpty(path: ConfinedPath, options?: Waiting): Promise<boolean>;
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
          pieces: (reading) => failingIn(failure, { operation: "read", path: shownPath(path), signal: reading.signal }, file.pieces(reading)),
        }
      );
    },
    read: (path, options) =>
      doing("read", { path, ...options }, async () => {
        await using file = await open(path);
        return file && (await file.read(options));
      }),
    readAll: (paths, options) => readAllIn({ hold, failure, hardLinks }, paths, options),
    write: (path, content, options) => doing("write", { path, ...options }, async () => writeFileAt(placeOf(hold, path), { ...options, content })),
    writeLink: (path, target, options) => doing("write", { path, ...options }, async () => writeLinkAt(placeOf(hold, path), target)),
    list: (path, options = {}) => doing("list", { path, ...options }, () => listAt(hold, path, options)),
    remove: (path, options) =>
      doing("remove", { path, ...options }, async () => {
        return (await inParent(hold, path, (directory, name) => removeIn(directory, name, options?.signal))) ?? false;
      }),
    removeFile: (path, options) => doing("remove", { path, ...options }, async () => (await inParent(hold, path, removeFileIn)) ?? false),
    removeEmpty: (path, options) => doing("remove", { path, ...options }, async () => (await inParent(hold, path, removeEmptyIn)) ?? false),
    walk: (options) => walkAll(hold, failure, options),
  };
}

interface Held {
  readonly hold: HoldRoot;
  readonly failure: DiskFailure;
  readonly hardLinks: HardLinkRule;
}

async function* readAllIn(
  { hold, failure, hardLinks }: Held,
  paths: readonly ConfinedPath[],
  options: ReadAllOptions,
): AsyncGenerator<ConfinedContent> {
  let last: ConfinedPath = ".";
  const at = (path: ConfinedPath): void => {
    last = path;
  };
  try {
    yield* readEach({ ...options, hold, hardLinks, at }, paths);
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw cause instanceof TypeError ? cause : failure("read", shownPath(last), cause);
  }
}

async function* walkAll(hold: HoldRoot, failure: DiskFailure, { limits, signal }: WalkOptions): AsyncGenerator<WalkedEntry> {
  yield* failingIn(failure, { operation: "walk", path: ".", signal }, walkRoot(hold, { limits, signal }));
}

async function* walkRoot(hold: HoldRoot, { limits, signal }: WalkOptions): AsyncGenerator<WalkedEntry> {
  await using top = await hold();
  if (top) yield* walkHeld(top, { limits, signal });
}

/** Works in the directory that something is in. `undefined` when there is no such directory. */
async function inParent<T>(hold: HoldRoot, path: ConfinedPath, work: (directory: HeldDirectory, name: Buffer) => Promise<T>): Promise<T | undefined> {
  const parts = partsOf(path);
  await using directory = await holdBelow(hold, parts.slice(0, -1));
  return directory && (await work(directory, nameIn(parts)));
}

function placeOf(hold: HoldRoot, path: ConfinedPath): WrittenPlace {
  const parts = partsOf(path);
  return { hold, above: parts.slice(0, -1), name: nameIn(parts) };
}

function nameIn(parts: readonly Buffer[]): Buffer {
  const name = parts.at(-1);
  if (!name) throw new ForeignFileRefusal("it is the directory itself");
  return name;
}

async function statAt(hold: HoldRoot, path: ConfinedPath): Promise<ConfinedStats | undefined> {
  if (partsOf(path).length > 0) return inParent(hold, path, statsIn);
  await using directory = await hold();
  return directory && confinedStats(await directory.look());
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
