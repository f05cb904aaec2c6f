import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import ignore, { type Ignore } from "ignore";

/** Larger files are no lists of patterns. */
const LARGEST = 1_048_576;

/** Patterns in the form of `.gitignore`, which regard case as git on Linux does. */
export function patternsOf(patterns: readonly string[]): Ignore {
  return ignore({ ignorecase: false }).add(patterns);
}

/** What the `.gitignore` files of a tree say. Immutable: going into a directory gives more rules. */
export interface IgnoreRules {
  /** `path` is from the root of the rules. */
  ignores(path: string, kind: "file" | "directory"): boolean;
  /** With the rules of a directory (empty for the root), when it has any. */
  inside(directory: string): Promise<IgnoreRules>;
}

/**
 * All patterns stand in one list, from the root down: the last that matches decides, and so the nearest
 * file does. Patterns of a directory are therefore rewritten as seen from the root.
 */
export function ignoreRules(root: string, patterns: Ignore = patternsOf([])): IgnoreRules {
  return {
    ignores: (path, kind) => patterns.ignores(kind === "directory" ? `${path}/` : path),
    async inside(directory) {
      const lines = await gitignoreIn(join(root, directory));
      if (lines.length === 0) return this;
      return ignoreRules(
        root,
        patternsOf([])
          .add(patterns)
          .add(directory === "" ? lines : lines.map((line) => fromRoot(line, directory))),
      );
    },
  };
}

// `*.log` in `a/b` is `/a/b/**/*.log` seen from the root; `/x` is `/a/b/x`.
function fromRoot(line: string, directory: string): string {
  const negation = line.startsWith("!") ? "!" : "";
  const pattern = line.slice(negation.length);
  const place = `/${directory.replaceAll(/[\\*?[]/g, String.raw`\$&`)}`;
  // A slash anywhere but at the end ties a pattern to its directory.
  if (pattern.slice(0, -1).includes("/")) return `${negation}${place}/${pattern.replace(/^\//, "")}`;
  return `${negation}${place}/**/${pattern}`;
}

/** The patterns of a directory, without comments and white space. Files that are links are not read, as git does not. */
async function gitignoreIn(directory: string): Promise<readonly string[]> {
  const file = join(directory, ".gitignore");
  try {
    const stats = await lstat(file);
    if (!stats.isFile() || stats.size > LARGEST) return [];
    const lines = (await readFile(file, "utf8")).replace(/^\ufeff/, "").split(/\r?\n/);
    return lines.map(trimEnd).filter((line) => line !== "" && line !== "!" && !line.startsWith("#"));
  } catch {
    return [];
  }
}

/** Without the spaces at the end, but for one that is escaped. */
function trimEnd(line: string): string {
  let end = line.length;
  while (line[end - 1] === " " && line[end - 2] !== "\\") end -= 1;
  return line.slice(0, end);
}
