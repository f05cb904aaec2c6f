import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";

const { O_APPEND, O_CREAT, O_WRONLY } = constants;
/** Not through a link that somebody put there. Not everywhere is there such a flag. */
const FLAGS = O_APPEND | O_CREAT | O_WRONLY | (constants.O_NOFOLLOW ?? 0);
const BUFFER = 64 * 1024;

/** A file that grows by whole lines. */
export interface AppendFile {
  /** Hands the lines to the operating system before it returns: a process that dies afterwards loses none. Throws. */
  readonly append: (lines: string) => void;
  readonly close: () => void;
}

/** Opened at the first append. Only its owner may read and write it. */
export function appendFile(path: string): AppendFile {
  let opened: { readonly fd: number; length: number } | undefined;
  const buffer = Buffer.allocUnsafeSlow(BUFFER);

  function file(): { readonly fd: number; length: number } {
    if (opened) return opened;
    const fd = openSync(path, FLAGS, 0o600);
    opened = { fd, length: fstatSync(fd).size };
    return opened;
  }

  return {
    append(lines) {
      const to = file();
      const fits = lines.length * 3 <= BUFFER;
      const bytes = fits ? buffer : Buffer.from(lines);
      const size = fits ? buffer.write(lines) : bytes.length;
      try {
        for (let written = 0; written < size;) written += writeSync(to.fd, bytes, written, size - written);
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
