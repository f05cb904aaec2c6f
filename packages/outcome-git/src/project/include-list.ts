import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { indexFile } from "../git/index-file.ts";
import { pathInside } from "../git/path-inside.ts";
import type { StageCall } from "../tree/capture.ts";
import type { Git } from "../git/git.ts";

/** So many paths are given to git at once: a command line has a limit. */
const MOST_ARGUMENTS = 500;

export interface IncludePatterns {
  readonly patterns: Uint8Array;
  /** Absolute paths of what is left out. */
  readonly except: readonly string[];
}

/**
 * The files of a directory that are ignored in it and match some patterns, without what is in repositories of their own. What the
 * index has is none of them. One character a byte.
 */
export async function listIncluded(git: Git, { patterns, except }: IncludePatterns, call: StageCall): Promise<string[]> {
  const left = except.flatMap((path) => pathInside(call.workTree, path) ?? []).map((path) => Buffer.from(path).toString("latin1"));
  // A directory that is ignored with all that is in it is one entry: what is large is not walked through for nothing.
  const listed = await listOthers(git, ["--ignored", "--exclude-standard", "--directory"], call);
  const places = listed.filter((entry) => !left.some((path) => isIn(entry, path)));
  const file = indexFile(call.gitDir, `seed-${randomUUID()}`);
  const found = new Set<string>();
  try {
    await writeFile(file, patterns);
    for (let at = 0; at < places.length; at += MOST_ARGUMENTS) {
      const paths = places.slice(at, at + MOST_ARGUMENTS).map((path) => `:(top,literal)${Buffer.from(path, "latin1").toString()}`);
      for (const path of await listOthers(git, ["--ignored", `--exclude-from=${file}`, "--", ...paths], call)) found.add(path);
    }
  } finally {
    await rm(file, { force: true });
  }
  return [...found].filter((path) => !path.endsWith("/") && !left.some((place) => isIn(path, place)));
}

/** What of these paths would become part of an outcome. */
export async function listUnignored(git: Git, paths: readonly string[], call: StageCall): Promise<string[]> {
  const unignored = await listOthers(git, ["--exclude-standard"], call);
  const known = new Set(paths);
  return unignored.filter((path) => known.has(path));
}

async function listOthers(git: Git, options: readonly string[], call: StageCall): Promise<string[]> {
  const listed = await git.bytes(["ls-files", "--others", "-z", ...options], call);
  return listed.toString("latin1").split("\0").filter(Boolean);
}

function isIn(entry: string, place: string): boolean {
  return entry === place || entry.startsWith(`${place}/`);
}
