import { closeSync, fstatSync, lstatSync, openSync, readlinkSync, readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { assertNames, type HardLinkRule, openIn } from "./confined-file.ts";
import { type ConfinedPath, partsOf } from "./confined-path.ts";
import { confinedStats, type ConfinedStats, statsIn } from "./confined-stats.ts";
import { READ } from "./file-content.ts";
import { ForeignFileRefusal } from "./foreign-file-refusal.ts";
import { type HeldDirectory, holdBelow, type HoldRoot } from "./held-directory.ts";
import { type EnteredNow, type HeldNow, ifThere, NO_LINK } from "./held-now.ts";

/** What is at one of many paths. */
export interface ConfinedContent {
  readonly path: ConfinedPath;
  /** `undefined`: there is nothing, or something else than a directory on the way. */
  readonly stats: ConfinedStats | undefined;
  /** What a regular file holds. `undefined` for one that is larger than the limit, and for everything else. */
  readonly content: Uint8Array | undefined;
}

export interface ReadAllOptions {
  /** The most bytes of a file that is read. */
  readonly limitBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** After so many files, or bytes, others get their turn. */
const SLICE = 64;
const SLICE_BYTES = 1_048_576;
/** Something that becomes something else whenever it is to be opened is not there. */
const MOST_LOOKS = 5;

export interface Reading extends ReadAllOptions {
  readonly hold: HoldRoot;
  readonly hardLinks: HardLinkRule;
  /** Told of each path before it is looked at. */
  readonly at: (path: ConfinedPath) => void;
}

/** What is at each path. Whoever gives them in the order of their bytes has each directory entered once for a slice. */
export async function* readEach(reading: Reading, paths: readonly ConfinedPath[]): AsyncGenerator<ConfinedContent> {
  for (let at = 0; at < paths.length;) {
    reading.signal?.throwIfAborted();
    if (at > 0) await setImmediate();
    const slice = await readSlice(reading, paths.slice(at, at + SLICE));
    yield* slice;
    at += slice.length;
  }
}

/** The first of these paths, as many as are read at once. */
async function readSlice(reading: Reading, paths: readonly ConfinedPath[]): Promise<readonly ConfinedContent[]> {
  await using top = await reading.hold();
  if (!top) return paths.map((path) => ({ path, ...NOTHING }));
  if (top.now) return readNow(reading, top.now, paths);
  const found: ConfinedContent[] = [];
  for (const path of paths) {
    reading.at(path);
    found.push({ path, ...(await readByName(reading, path)) });
  }
  return found;
}

type Found = Pick<ConfinedContent, "stats" | "content">;
const NOTHING: Found = { stats: undefined, content: undefined };

function readNow(reading: Reading, top: HeldNow, paths: readonly ConfinedPath[]): readonly ConfinedContent[] {
  const way: Entered[] = [];
  const found: ConfinedContent[] = [];
  let bytes = 0;
  try {
    for (const path of paths) {
      reading.at(path);
      const one = findNow(reading, { top, way }, path);
      found.push({ path, ...one });
      bytes += one.content?.length ?? 0;
      if (bytes > SLICE_BYTES) break;
    }
    return found;
  } finally {
    for (const { directory } of way) directory.release();
  }
}

/** A directory on the way to the last path. */
interface Entered {
  readonly name: Buffer;
  readonly directory: EnteredNow;
}

interface Way {
  readonly top: HeldNow;
  readonly way: Entered[];
}

function findNow(reading: Reading, { top, way }: Way, path: ConfinedPath): Found {
  const parts = partsOf(path);
  const name = parts.pop();
  if (!name) throw new ForeignFileRefusal("it is the directory itself");
  const known = way.findIndex((entered, index) => !parts[index]?.equals(entered.name));
  for (const { directory } of way.splice(known === -1 ? way.length : known)) directory.release();
  for (const part of parts.slice(way.length)) {
    const directory = unlessRefused(() => (way.at(-1)?.directory ?? top).enter(part));
    if (!directory) return NOTHING;
    way.push({ name: part, directory });
  }
  return lookNow(reading, (way.at(-1)?.directory ?? top).at(name));
}

function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof ForeignFileRefusal) return undefined;
    throw error;
  }
}

function lookNow(reading: Reading, place: Buffer): Found {
  for (let look = 0; look < MOST_LOOKS; look++) {
    // Before it is opened: opening alone can wind a tape.
    const seen = lstatSync(place, { bigint: true, throwIfNoEntry: false });
    if (!seen) return NOTHING;
    if (seen.isFile()) {
      const file = openNow(reading, place);
      if (file) return file;
      continue;
    }
    const target = seen.isSymbolicLink() ? readTarget(place) : undefined;
    if (target || !seen.isSymbolicLink()) return { stats: confinedStats(seen, target), content: undefined };
  }
  return NOTHING;
}

function readTarget(place: Buffer): Buffer | undefined {
  try {
    return readlinkSync(place, { encoding: "buffer" });
  } catch {
    // It is a link no more.
    return undefined;
  }
}

/** `undefined` when it is no regular file any more. */
function openNow({ hardLinks, limitBytes }: Reading, place: Buffer): Found | undefined {
  const descriptor = ifThere(() => openSync(place, READ | NO_LINK));
  if (descriptor === undefined) return undefined;
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    if (!stats.isFile()) return undefined;
    assertNames(Number(stats.nlink), hardLinks);
    const content = stats.size > limitBytes ? undefined : contentNow(descriptor, { size: Number(stats.size), limitBytes });
    return { stats: confinedStats(stats), content };
  } finally {
    closeSync(descriptor);
  }
}

/** `undefined` for what has grown beyond the limit. */
function contentNow(descriptor: number, { size, limitBytes }: { readonly size: number; readonly limitBytes: number }): Buffer | undefined {
  // With room to notice that it has more.
  let buffer = Buffer.allocUnsafe(size + 1);
  for (let length = 0; ;) {
    const bytesRead = readSync(descriptor, buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (length > limitBytes) return undefined;
    if (bytesRead === 0) return buffer.subarray(0, length);
    if (length === buffer.length) buffer = Buffer.concat([buffer], length * 2);
  }
}

/** Where nothing can be held. */
async function readByName({ hold, hardLinks, ...options }: Reading, path: ConfinedPath): Promise<Found> {
  const parts = partsOf(path);
  const name = parts.pop();
  if (!name) throw new ForeignFileRefusal("it is the directory itself");
  const found = await lookByName(async () => {
    await using directory = await holdBelow(hold, parts);
    return directory ? await findIn(directory, name, options) : NOTHING;
  });
  if (found.stats?.kind === "file") assertNames(found.stats.nlink, hardLinks);
  return found;
}

async function lookByName(find: () => Promise<Found>): Promise<Found> {
  for (let look = 0; look < MOST_LOOKS; look++) {
    try {
      return await find();
    } catch (error) {
      if (!(error instanceof ForeignFileRefusal)) throw error;
    }
  }
  return NOTHING;
}

async function findIn(directory: HeldDirectory, name: Buffer, { limitBytes, signal }: ReadAllOptions): Promise<Found> {
  const stats = await statsIn(directory, name);
  if (stats?.kind !== "file") return { stats, content: undefined };
  await using file = await openIn(directory, name, "allow");
  if (!file) return NOTHING;
  if (file.stats.size > limitBytes) return { stats: file.stats, content: undefined };
  const { content } = await file.read({ limitBytes, signal });
  return { stats: file.stats, content };
}
