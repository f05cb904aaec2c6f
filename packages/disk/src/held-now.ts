import { closeSync, constants, lstatSync, openSync } from "node:fs";
import { shownIn } from "./confined-path.ts";
import { ForeignFileRefusal } from "./foreign-file-refusal.ts";

/** Where the kernel shows the open files of a process: what is opened below one of them is opened from it. */
export const DESCRIPTORS = "/proc/self/fd";

/**
 * Only to go on from, without a permission to read. Node has no name for `O_PATH` of open(2); the number is the same on each
 * Linux that Node runs on. libuv adds `O_CLOEXEC` to all that it opens.
 */
export const WAY = 0o10_000_000 | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);
export const NO_LINK = constants.O_NOFOLLOW ?? 0;

/**
 * A directory that is held by a descriptor, for those who do not wait: handing each of many small operations to another thread
 * costs several times as much as the operation.
 */
export interface HeldNow {
  /** Where something in it is. Names are no paths. */
  at(name: Buffer): Buffer;
  /** A directory in it; `undefined` when there is none of this name. @throws ForeignFileRefusal for a link. */
  enter(name: Buffer): EnteredNow | undefined;
}

/** One that whoever entered it lets go. */
export interface EnteredNow extends HeldNow {
  release(): void;
}

export function heldNow(descriptor: number, names: readonly Buffer[]): HeldNow {
  const at = (name: Buffer): Buffer => atDescriptor(descriptor, name);
  return {
    at,
    enter(name) {
      const entered = openWay(at(name));
      if (entered !== undefined) return { ...heldNow(entered, [...names, name]), release: () => closeSync(entered) };
      if (lstatSync(at(name), { throwIfNoEntry: false })?.isSymbolicLink()) throw new ForeignFileRefusal(`${shownIn(names, name)} is a link`);
      return undefined;
    },
  };
}

export function atDescriptor(descriptor: number, name?: Buffer): Buffer {
  const place = Buffer.from(`${DESCRIPTORS}/${descriptor}${name ? "/" : ""}`);
  return name ? Buffer.concat([place, name]) : place;
}

function openWay(place: Buffer): number | undefined {
  return ifThere(() => openSync(place, WAY));
}

const NOT_THERE: ReadonlySet<unknown> = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);

/** `undefined` when it is not there, or is a link or something else than what was to be opened. */
export function ifThere<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && "code" in error && NOT_THERE.has(error.code)) return undefined;
    throw error;
  }
}
