import { type Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, sep } from "node:path";

/** How many directories are looked into. A larger tree is taken for one that has none: it is looked at so that nobody writes into one by mistake. */
const MOST_LOOKED_AT = 20_000;
/** What a repository without a working tree has at its top. */
const BARE = ["HEAD", "objects", "refs"];

/** A git repository that a directory is, is in, or has in it. Packages that were installed are not looked into. `undefined`: none was found. */
export async function repositoryIn(directory: string): Promise<string | undefined> {
  const parts = directory.split(sep);
  if (parts.includes(".git")) return parts.slice(0, parts.indexOf(".git") + 1).join(sep);
  const next = [directory];
  for (let looked = 0; looked < MOST_LOOKED_AT; looked++) {
    const place = next.shift();
    if (place === undefined) return undefined;
    const entries = await readdir(place, { withFileTypes: true }).catch((): Dirent[] => []);
    const names = entries.map(({ name }) => name);
    if (names.includes(".git")) return join(place, ".git");
    if (BARE.every((name) => names.includes(name))) return place;
    next.push(...entries.filter((entry) => entry.isDirectory() && entry.name !== "node_modules").map(({ name }) => join(place, name)));
  }
  return undefined;
}
