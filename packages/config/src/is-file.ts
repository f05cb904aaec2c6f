import { stat } from "node:fs/promises";
import { ConfigUnreadableError } from "./errors.ts";

/** Whether there is such a file. @throws ConfigUnreadableError (`CONFIG_UNREADABLE`) when that cannot be known. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw new ConfigUnreadableError(path, message, cause);
  }
}
