/** The part of a file handle of `node:fs/promises` that adapters use. */
export interface DiskFile {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  write(buffer: Uint8Array, offset: number, length: number): Promise<{ readonly bytesWritten: number }>;
  truncate(length: number): Promise<void>;
  chmod(mode: number): Promise<void>;
  datasync(): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What an entry of a directory is, without following a link. */
export interface DiskEntry {
  readonly size: number;
  /** Tells a file from another one that has its name later. */
  readonly ino: number;
  readonly mtimeMs: number;
  /** With the permissions in its last nine bits, where the file system has them. */
  readonly mode?: number;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** An entry of a directory by its name, as it is listed. */
export interface ListedEntry {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** The part of `node:fs/promises` that adapters use. Everything that has it will do, memfs for instance. */
export interface DiskFs {
  open(path: string, flags: string, mode?: number): Promise<DiskFile>;
  mkdir(path: string): Promise<unknown>;
  rmdir(path: string): Promise<void>;
  /** Gives a file a second name, and fails with `EEXIST` when the name is taken. */
  link(path: string, name: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** With the mode `COPYFILE_FICLONE` it shares the content where the file system can. */
  copyFile(from: string, to: string, mode: number): Promise<void>;
  utimes(path: string, atime: number | Date, mtime: number | Date): Promise<void>;
  lstat(path: string): Promise<DiskEntry>;
  /** Looks at many files at once; `undefined` for what is not there. Where it is missing, `lstat` is asked for each. */
  lstatAll?(paths: readonly string[]): Promise<ReadonlyArray<DiskEntry | undefined>>;
  /** What is at the end of a link, too. */
  stat(path: string): Promise<{ isDirectory(): boolean }>;
  realpath(path: string): Promise<string>;
  readFile(path: string, encoding: "utf8"): Promise<string>;
  writeFile(path: string, text: string, options: { readonly flag: string }): Promise<void>;
  opendir(path: string): Promise<AsyncIterable<ListedEntry>>;
  readdir(path: string, options: { readonly withFileTypes: true }): Promise<readonly ListedEntry[]>;
}
