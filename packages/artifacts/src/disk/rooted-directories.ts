import { dirname, isAbsolute, join, relative, sep } from "node:path";
import type { DiskFs } from "@dad/disk";
import type { RelativePath } from "@dad/protocol";
import { ArtifactPathError } from "../errors.ts";
import { ifFree, ifPresent, makeDirectory, onDisk } from "./storage.ts";

/** The directories below a root. Nothing is made on the other side of a link that leads out of it. */
export interface RootedDirectories {
  /**
   * Makes the directory that a path lies in, and resolves to its real place.
   *
   * Rejects with `ARTIFACT_PATH_REFUSED` when that is not below the place that the root had at first.
   */
  make(path: RelativePath): Promise<string>;
}

export function rootedDirectories(fs: DiskFs, root: string): RootedDirectories {
  let rootAtFirst: Promise<string> | undefined;

  async function realRoot(): Promise<string> {
    await makeDirectory(fs, root, { durable: false });
    return await onDisk("resolve", root, fs.realpath(root));
  }

  async function knownRoot(): Promise<string> {
    try {
      return await (rootAtFirst ??= realRoot());
    } catch (error) {
      rootAtFirst = undefined;
      throw error;
    }
  }

  return {
    async make(path) {
      const base = await knownRoot();
      const assertInside = (directory: string) => {
        if (!isInside(base, directory)) throw new ArtifactPathError(path, { root, leadsTo: directory });
        return directory;
      };
      // One look, whatever the depth: nearly always it is there. A link that was put on the way since the last time shows.
      const place = join(root, dirname(path));
      const present = await ifPresent("resolve", place, fs.realpath(place));
      if (present !== undefined) return assertInside(present);
      let directory = assertInside(await realRoot());
      for (const part of dirname(path)
        .split("/")
        .filter((step) => step !== ".")) {
        directory = assertInside(await realDirectory(fs, join(directory, part)));
      }
      return directory;
    },
  };
}

/** Goes down one step from a place that is known to be real. */
async function realDirectory(fs: DiskFs, path: string): Promise<string> {
  const present = await ifPresent("resolve", path, fs.realpath(path));
  if (present !== undefined) return present;
  await ifFree("make", path, fs.mkdir(path));
  return onDisk("resolve", path, fs.realpath(path));
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
