import { sep } from "node:path";
import { ForeignFileRefusal } from "./foreign-file-refusal.ts";

/** A path below a directory with `/` between its parts; bytes where a name is no text. `.` is the directory itself. */
export type ConfinedPath = string | Uint8Array;

/** What Linux and most file systems take (`NAME_MAX`, `PATH_MAX`). */
const LONGEST_NAME = 255;
const LONGEST_PATH = 4096;

/** @throws ForeignFileRefusal for what is no way down. */
export function partsOf(path: ConfinedPath): Buffer[] {
  // One byte a character: names that are no text stay as they are.
  const text = Buffer.from(path as string).toString("latin1");
  if (text === ".") return [];
  const parts = text.split("/");
  const reason =
    text.length > LONGEST_PATH ? `it has more than ${LONGEST_PATH} bytes` : parts.map(problemOf).find((problem) => problem !== undefined);
  if (reason !== undefined) throw new ForeignFileRefusal(`it is no path of something below a directory: ${reason}`);
  return parts.map((part) => Buffer.from(part, "latin1"));
}

function problemOf(part: string): string | undefined {
  if (part === "") return "a part of it is empty";
  if (part === "." || part === "..") return `a part of it is "${part}"`;
  if (part.includes("\0")) return "it has a NUL in it";
  // On Windows a colon names a drive or a stream of a file.
  if (part.includes(sep) || (sep === "\\" && part.includes(":"))) return "a part of it has a separator in it";
  return part.length > LONGEST_NAME ? `a part of it has more than ${LONGEST_NAME} bytes` : undefined;
}

/** For people. Bytes that are no text are shown as U+FFFD. */
export function shownPath(path: ConfinedPath): string {
  return Buffer.from(path as string).toString();
}

/** A name in both forms; `bytes` only where it is no text, and the text is for people alone. */
export function namesOf(bytes: Buffer): { readonly name: string; readonly bytes?: Buffer } {
  const name = bytes.toString();
  return Buffer.from(name).equals(bytes) ? { name } : { name, bytes };
}

/** For people: the way to something, by the names on it. */
export function shownIn(names: readonly Buffer[], name?: Buffer): string {
  return shownPath(joined(name ? [...names, name] : names));
}

export function joined(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from("/"), part])));
}
