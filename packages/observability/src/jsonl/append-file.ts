import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";
import type { Envelope } from "./lines.ts";

const { O_APPEND, O_CREAT, O_WRONLY } = constants;
/** Not through a link that somebody put there. Not everywhere is there such a flag. */
const FLAGS = O_APPEND | O_CREAT | O_WRONLY | (constants.O_NOFOLLOW ?? 0);
const BUFFER = 64 * 1024;

/** A file that grows by whole lines, each with the same around it. */
export interface AppendFile {
  /** Hands a line for each content to the operating system before it returns: a process that dies afterwards loses none. Throws. */
  readonly append: (contents: readonly string[]) => void;
  readonly close: () => void;
}

/** Opened at the first append. Only its owner may read and write it. */
export function appendFile(path: string, around: Envelope): AppendFile {
  const bytes = lineBytes(around);
  let opened: { readonly fd: number; length: number } | undefined;

  function file(): { readonly fd: number; length: number } {
    if (opened) return opened;
    const fd = openSync(path, FLAGS, 0o600);
    opened = { fd, length: fstatSync(fd).size };
    return opened;
  }

  return {
    append(contents) {
      const to = file();
      const { buffer, size } = bytes(contents);
      try {
        for (let written = 0; written < size;) written += writeSync(to.fd, buffer, written, size - written);
        to.length += size;
      } catch (error) {
        // A part of a line would make the next one unreadable.
        ftruncateSync(to.fd, to.length);
        throw error;
      }
    },
    close() {
      if (opened) closeSync(opened.fd);
      opened = undefined;
    },
  };
}

interface Bytes {
  readonly buffer: Uint8Array;
  readonly size: number;
}

/** The bytes that are given are those of the last call only. */
function lineBytes({ before, after }: Envelope): (contents: readonly string[]) => Bytes {
  // What does not change is in its place already: most lines are single, and short.
  const buffer = Buffer.allocUnsafeSlow(BUFFER);
  const begin = buffer.write(before);
  const end = Buffer.from(after);
  const around = begin + end.length;
  return (contents) => {
    let at = 0;
    for (const content of contents) {
      if (at + around + content.length * 3 > BUFFER) return whole(Buffer.from(contents.map((each) => before + each + after).join("")));
      if (at > 0) buffer.copyWithin(at, 0, begin);
      at += begin;
      at += buffer.write(content, at);
      buffer.set(end, at);
      at += end.length;
    }
    return { buffer, size: at };
  };
}

function whole(buffer: Uint8Array): Bytes {
  return { buffer, size: buffer.length };
}
