import type { BigIntStats } from "node:fs";
import { type FileHandle, lstat, mkdir, open } from "node:fs/promises";
import { joined, shownIn } from "./confined-path.ts";
import { ForeignFileRefusal } from "./foreign-file-refusal.ts";
import { atDescriptor, DESCRIPTORS, type HeldNow, heldNow, NO_LINK, WAY } from "./held-now.ts";

/** A directory that is reached without following a link, and what is in it, whatever its own name means by now. */
export interface HeldDirectory extends AsyncDisposable {
  /** Where something in it is, or where it can be opened itself. Names are no paths. */
  at(name?: Buffer): Buffer;
  /** What it is itself: nobody needs a permission for that. */
  look(): Promise<BigIntStats>;
  /** A directory in it; `undefined` when there is none of this name. @throws ForeignFileRefusal for a link. */
  enter(name: Buffer): Promise<HeldDirectory | undefined>;
  /** A file in it that is there, and no link. */
  open(name: Buffer, flags: number, mode?: number): Promise<FileHandle>;
  /** The same without waiting. `undefined` where nothing can be held. */
  now: HeldNow | undefined;
  /** Where nothing can be held: @throws ForeignFileRefusal when the way has become another one. To be asked after each use of `at`. */
  assertHeld(): Promise<void>;
  /** For people: the way to something in it, from the directory that was held first. */
  shown(name?: Buffer): string;
}

/** Holds the first directory. `undefined` when there is none. @throws ForeignFileRefusal for a link in its place. */
export type HoldRoot = () => Promise<HeldDirectory | undefined>;

/** By descriptors where the kernel shows them (Linux), else by names. */
export function holdRoot(root: string): HoldRoot {
  const place = Buffer.from(root);
  let shown: Promise<boolean> | undefined;
  return async () => ((await (shown ??= areDescriptorsShown())) ? holdByDescriptor(place, []) : holdByName([place]));
}

async function areDescriptorsShown(): Promise<boolean> {
  return process.platform === "linux" && (await look(DESCRIPTORS)) !== undefined;
}

async function holdByDescriptor(place: Buffer, names: readonly Buffer[]): Promise<HeldDirectory | undefined> {
  const handle = await open(place, WAY).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    if (error.code === "ENOTDIR" || error.code === "ELOOP") return assertNoLink(place, names);
    throw error;
  });
  if (!handle) return undefined;
  const at = (name?: Buffer): Buffer => atDescriptor(handle.fd, name);
  return {
    at,
    now: heldNow(handle.fd, names),
    look: () => handle.stat({ bigint: true }),
    enter: (name) => holdByDescriptor(at(name), [...names, name]),
    open: (name, flags, mode) => open(at(name), flags | NO_LINK, mode),
    assertHeld: () => Promise.resolve(),
    shown: (name) => shownIn(names, name),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

async function assertNoLink(place: Buffer, names: readonly Buffer[]): Promise<undefined> {
  if ((await look(place))?.isSymbolicLink()) throw new ForeignFileRefusal(`${shownIn(names) || "the directory"} is a link`);
}

/**
 * What there is without descriptors: the way is looked at before and after. That finds a link that was put there, unless it
 * comes and goes again at the right moments. Exported for its tests.
 */
export async function holdByName(way: readonly Buffer[]): Promise<HeldDirectory | undefined> {
  const before = await lookAlong(way);
  if (!before) return undefined;
  const names = way.slice(1);
  const at = (name?: Buffer): Buffer => joined(name ? [...way, name] : way);
  const assertHeld = async (): Promise<void> => {
    const after = await lookAlong(way);
    if (!after?.every((stats, index) => isSame(stats, before[index]))) throw new ForeignFileRefusal("its place became another one while it was used");
  };
  return {
    at,
    now: undefined,
    look: () => lstat(at(), { bigint: true }),
    enter: (name) => holdByName([...way, name]),
    async open(name, flags, mode) {
      const file = await open(at(name), flags | NO_LINK, mode);
      try {
        await assertHeld();
        if (!isSame(await file.stat({ bigint: true }), await look(at(name))))
          throw new ForeignFileRefusal("its place became another one while it was opened");
        return file;
      } catch (error) {
        await file.close();
        throw error;
      }
    },
    assertHeld,
    shown: (name) => shownIn(names, name),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** The first directory and all on the way down. `undefined` when the way ends before. @throws ForeignFileRefusal for a link. */
async function lookAlong(way: readonly Buffer[]): Promise<BigIntStats[] | undefined> {
  const seen: BigIntStats[] = [];
  for (let depth = 1; depth <= way.length; depth++) {
    const place = joined(way.slice(0, depth));
    const found = await look(place);
    if (found?.isSymbolicLink()) await assertNoLink(place, way.slice(1, depth));
    if (!found?.isDirectory()) return undefined;
    seen.push(found);
  }
  return seen;
}

/** Goes down from the first directory, and holds the last. */
export async function holdBelow(hold: HoldRoot, parts: readonly Buffer[], enter = enterExisting): Promise<HeldDirectory | undefined> {
  let directory = await hold();
  for (const part of parts) {
    if (!directory) return undefined;
    await using above = directory;
    directory = await enter(above, part);
  }
  return directory;
}

function enterExisting(above: HeldDirectory, name: Buffer): Promise<HeldDirectory | undefined> {
  return above.enter(name);
}

/** Makes the directory where there is nothing. @throws ForeignFileRefusal where there is something else. */
export async function enterOrMake(above: HeldDirectory, name: Buffer): Promise<HeldDirectory> {
  const existing = await above.enter(name);
  if (existing) return existing;
  // Somebody else may make it at the same moment.
  await mkdir(above.at(name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const made = await above.enter(name);
  if (!made) throw new ForeignFileRefusal(`${above.shown(name)} is not a directory`);
  return made;
}

/** What is there, links not followed. */
export async function look(place: string | Buffer): Promise<BigIntStats | undefined> {
  return lstat(place, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}

function isSame(left: BigIntStats, right: BigIntStats | undefined): boolean {
  return left.dev === right?.dev && left.ino === right.ino;
}
