import type { DiskFile } from "../disk-fs.ts";
import { changeContent, type FileNode, makeContentDurable } from "./file-content.ts";
import type { DiskNode } from "./names.ts";
import { systemError } from "./system-error.ts";
import type { Volume } from "./volume.ts";

/** How a file is opened. */
export interface OpenFlags {
  readonly reads: boolean;
  readonly writes: boolean;
  readonly creates: boolean;
  /** Only a new one. */
  readonly exclusive: boolean;
  /** Empties it. */
  readonly empties: boolean;
  /** Each write goes to its end. */
  readonly appends: boolean;
}

/** Those of Node that `DiskFs` has a use for. */
export function openFlags(flags: string): OpenFlags {
  const [, mode, both] = /^(r|[wa]x?)(\+?)$/.exec(flags) ?? [];
  if (mode === undefined) throw new TypeError(`this disk does not know the flags ${JSON.stringify(flags)}`);
  return {
    reads: mode === "r" || both === "+",
    writes: mode !== "r" || both === "+",
    creates: mode !== "r",
    exclusive: mode.endsWith("x"),
    empties: mode.startsWith("w"),
    appends: mode.startsWith("a"),
  };
}

export interface Opening {
  readonly path: string;
  readonly node: DiskNode;
  readonly flags: OpenFlags;
}

/** An open file goes on when its name is gone, as it does everywhere but on Windows. */
export function openedFile(volume: Volume, { path, node, flags }: Opening): DiskFile {
  let open = true;
  let position = 0;
  const assertOpen = (syscall: string) => {
    if (!open) throw systemError("EBADF", syscall, path);
  };
  const file = (syscall: string, may: boolean, otherwise: string): FileNode => {
    assertOpen(syscall);
    if (!may) throw systemError(otherwise, syscall, path);
    if (node.kind === "directory") throw systemError("EISDIR", syscall, path);
    return node;
  };
  const sync = async (syscall: string) => {
    assertOpen(syscall);
    if (node.kind === "file") makeContentDurable(node);
    else volume.names.makeDurable(node);
  };
  return {
    async read(...[buffer, offset, length, at]) {
      const { bytes } = file("read", flags.reads, "EBADF").now;
      const found = bytes.subarray(at, at + length);
      buffer.set(found, offset);
      return { bytesRead: found.length };
    },
    async write(buffer, offset, length) {
      assertOpen("write");
      // Node does not ask the kernel about a buffer without bytes.
      if (buffer.length === 0) return { bytesWritten: 0 };
      const written = file("write", flags.writes, "EBADF");
      const at = flags.appends ? written.now.bytes.length : position;
      // A copy: the caller may use its buffer for something else.
      const bytes = new Uint8Array(buffer.subarray(offset, offset + length));
      if (length > 0) changeContent(written, { kind: "write", at, bytes, mtimeMs: volume.now() });
      position = at + length;
      return { bytesWritten: length };
    },
    async truncate(length) {
      cut(volume, file("ftruncate", flags.writes, "EINVAL"), length);
    },
    async chmod(mode) {
      assertOpen("fchmod");
      if (node.kind === "file") changeContent(node, { kind: "chmod", mode });
    },
    datasync: () => sync("fdatasync"),
    sync: () => sync("fsync"),
    async close() {
      open = false;
    },
  };
}

/** Sets the length of a file. */
export function cut(volume: Volume, file: FileNode, length: number): void {
  const mtimeMs = volume.now();
  changeContent(file, length === file.now.bytes.length ? { kind: "touch", mtimeMs } : { kind: "truncate", length, mtimeMs });
}
