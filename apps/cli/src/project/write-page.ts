import { rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { PageNotWrittenError, UsageError } from "../errors.ts";
import { isDirectory } from "./is-directory.ts";

/** A file that somebody wants written. */
export interface PageFile {
  /** Absolute. */
  readonly place: string;
  /** Writes all of it, or leaves what was there. @throws PageNotWrittenError (`PAGE_NOT_WRITTEN`). */
  write(text: string): Promise<void>;
}

/**
 * The file that somebody in `cwd` names, found fit before there is anything to write.
 *
 * @throws UsageError (`USAGE_INVALID`) for a directory or what else is no file, and where there is no directory for it.
 */
export async function pageFile(given: string, cwd: string): Promise<PageFile> {
  const place = resolve(cwd, given);
  const found = await stat(place).catch(() => undefined);
  if (found && !found.isFile())
    throw new UsageError(`${place} is ${found.isDirectory() ? "a directory" : "no regular file"}: give the name of a file`);
  if (!(await isDirectory(dirname(place)))) throw new UsageError(`there is no directory ${dirname(place)}: make it, or give another file`);
  return {
    place,
    async write(text) {
      const unfinished = join(dirname(place), `.${basename(place)}.${process.pid}.tmp`);
      try {
        await writeFile(unfinished, text, { flag: "wx" });
        await rename(unfinished, place);
      } catch (cause) {
        await rm(unfinished, { force: true }).catch(() => undefined);
        throw new PageNotWrittenError(place, cause);
      }
    },
  };
}
