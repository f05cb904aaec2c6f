import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, rmdir, stat, writeFile } from "node:fs/promises";

/** What is needed of the file system of the kernel, so that another kernel can be put in its place. */
export interface CgroupFiles {
  /** `undefined` when there is no such file. */
  read(path: string): Promise<string | undefined>;
  /** Rejects as the kernel does: each write is a request of it. */
  write(path: string, text: string): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  removeDirectory(path: string): Promise<void>;
  /** Names. None of a directory that is missing or may not be read. */
  directories(path: string): Promise<readonly string[]>;
  /** False also when there is none. */
  isWritable(path: string): Promise<boolean>;
  /** The user id. */
  owner(path: string): Promise<number | undefined>;
}

/** What the kernel says of a file of a group that is gone, also when it was opened before. */
export const GONE: readonly string[] = ["ENOENT", "ENOTDIR", "ENODEV"];

/** The files of this machine. */
export const nodeCgroupFiles: CgroupFiles = {
  read: (path) => ignoring(GONE, readFile(path, "utf8")),
  // Without O_CREAT: the kernel would answer EACCES to it where there is no such file.
  write: (path, text) => writeFile(path, text, { flag: "r+" }),
  makeDirectory: (path) => mkdir(path),
  removeDirectory: (path) => rmdir(path),
  async directories(path) {
    const entries = await ignoring([...GONE, "EACCES"], readdir(path, { withFileTypes: true }));
    return (entries ?? []).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  },
  async isWritable(path) {
    return access(path, constants.W_OK).then(
      () => true,
      () => false,
    );
  },
  owner: async (path) => (await ignoring(GONE, stat(path)))?.uid,
};

/** `undefined` for an error of one of these codes. */
export async function ignoring<T>(codes: readonly string[], promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
