import { lstat, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Bind } from "./profile.ts";

/**
 * The node that runs this, where it is not among the programs of the machine: itself and what comes with it, by name. What else
 * is in its directory may be anybody's, and a prefix of node may be a home.
 */
export async function nodeBinds(execPath: string): Promise<readonly Bind[]> {
  const node = await realpath(execPath);
  if (node.startsWith("/usr/")) return [];
  const prefix = dirname(dirname(node));
  const paths = [
    node,
    join(prefix, "lib/node_modules/npm"),
    join(prefix, "lib/node_modules/corepack"),
    ...["npm", "npx"].map((name) => join(dirname(node), name)),
  ];
  const there = await Promise.all(paths.map(async (path) => ((await lstat(path).catch(() => undefined)) ? path : undefined)));
  return there.flatMap((path) => (path === undefined ? [] : [{ source: path, place: path, mode: "ro" }]));
}
