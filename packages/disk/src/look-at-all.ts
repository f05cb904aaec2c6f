import type { DiskEntry, DiskFs } from "./disk-fs.ts";

/** Looks at many files at once, as fast as the disk can. `undefined` for what is not there. */
export async function lookAtAll(fs: Pick<DiskFs, "lstat" | "lstatAll">, paths: readonly string[]): Promise<ReadonlyArray<DiskEntry | undefined>> {
  if (fs.lstatAll) return await fs.lstatAll(paths);
  return await Promise.all(
    paths.map((path) =>
      fs.lstat(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      }),
    ),
  );
}
