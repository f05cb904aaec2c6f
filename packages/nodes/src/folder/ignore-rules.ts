import { join } from "node:path";
import ignore, { type Ignore } from "ignore";
import { openInPlace } from "../open-in-place.ts";

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
  /** With the rules of a file for the directory that it is in, or `undefined` when there is no such file. */
  with(path: string): Promise<IgnoreRules | undefined>;
}

/**
 * All patterns stand in one list, from the root down: the last that matches decides, and so the nearest
 * file does. Patterns of a directory are therefore rewritten as seen from the root.
 */
export function ignoreRules(root: string, patterns: Ignore = patternsOf([])): IgnoreRules {
  const rules: IgnoreRules = {
    ignores: (path, kind) => patterns.ignores(kind === "directory" ? `${path}/` : path),
    inside: async (directory) => (await rules.with(directory === "" ? ".gitignore" : `${directory}/.gitignore`)) ?? rules,
    async with(path) {
      const lines = await patternsIn(join(root, path));
      if (!lines || lines.length === 0) return lines && rules;
      const directory = path.slice(0, Math.max(0, path.lastIndexOf("/")));
      const added = directory === "" ? lines : lines.map((line) => fromRoot(line, directory));
      return ignoreRules(root, patternsOf([]).add(patterns).add(added));
    },
  };
  return rules;
}

// `*.log` in `a/b` is `/a/b/**/*.log` seen from the root; `/x` is `/a/b/x`.
function fromRoot(line: string, directory: string): string {
  const negation = line.startsWith("!") ? "!" : "";
  // What is escaped at the beginning has no meaning further on.
  const pattern = line.slice(negation.length).replace(/^\\(?=[!#])/, "");
  const place = `/${directory.replaceAll(/[\\*?[]/g, String.raw`\$&`)}`;
  // A slash anywhere but at the end ties a pattern to its directory.
  if (pattern.slice(0, -1).includes("/")) return `${negation}${place}/${pattern.replace(/^\//, "")}`;
  return `${negation}${place}/**/${pattern}`;
}

/**
 * The patterns of a file, without comments and white space; `undefined` when there is none that can be read. Files that are links
 * are not read, as git does not.
 */
async function patternsIn(path: string): Promise<readonly string[] | undefined> {
  const handle = await openInPlace(path).catch(() => undefined);
  if (!handle) return undefined;
  await using file = handle;
  const stats = await file.stat();
  if (!stats.isFile() || stats.size > LARGEST) return undefined;
  const text = await file.readFile("utf8").catch(() => undefined);
  const lines = text?.replace(/^\ufeff/, "").split(/\r?\n/);
  return lines?.map(trimEnd).filter((line) => line !== "" && line !== "!" && !line.startsWith("#"));
}

/** Without the spaces at the end, but for one that is escaped. */
function trimEnd(line: string): string {
  let end = line.length;
  while (line[end - 1] === " " && line[end - 2] !== "\\") end -= 1;
  return line.slice(0, end);
}
