import { constants } from "node:os";

/** An error as Node gives it for a system call that failed. */
export function systemError(code: string, syscall: string, path: string): NodeJS.ErrnoException {
  const errno = Object.entries(constants.errno).find(([name]) => name === code)?.[1];
  if (errno === undefined) throw new TypeError(`${code} is no error of a system call`);
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, errno: -errno, syscall, path });
}
