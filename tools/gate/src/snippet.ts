import { dirname } from "node:path";

/** A fenced block of TypeScript in a Markdown file. */
export interface Snippet {
  readonly file: string;
  /** Line of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
  /** It is type-checked only: the fence says `ts no-run`. */
  readonly run: boolean;
}

const FENCE = /^( *)```ts( no-run)?\n([\s\S]*?)^\1```$/gm;

export function snippetsOf(file: string, markdown: string): Snippet[] {
  return [...markdown.matchAll(FENCE)].map(({ index, 1: indent = "", 2: mark, 3: code = "" }) => ({
    file,
    line: markdown.slice(0, index).split("\n").length + 1,
    code: indent === "" ? code : code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    run: mark === undefined,
  }));
}

/** Fences that say `ts` and something else that nobody reads. */
export function unknownFences(markdown: string): string[] {
  return [...markdown.matchAll(/^ *```(ts\b.*|typescript\b.*)$/gm)]
    .map(([, words = ""]) => words)
    .filter((words) => words !== "ts" && words !== "ts no-run");
}

/**
 * The directory that a snippet is put into, so that its imports resolve as they do for its readers: in
 * the package that it describes, or, outside of any package, where all packages are at hand.
 */
export function homeOf({ file }: Snippet): string {
  return /^(packages|apps)\/[^/]+\//.test(file) ? `${dirname(file)}/.snippets` : "tools/gate/.snippets";
}

/** Empty lines before the code make the line numbers of the Markdown file. */
export function moduleOf({ line, code }: Snippet): string {
  return `${"\n".repeat(line - 1)}${code}export {};\n`;
}
