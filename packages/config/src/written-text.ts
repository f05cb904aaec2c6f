import type { ConfigProblem } from "./errors.ts";
import { pathText } from "./problems.ts";

export type Path = readonly PropertyKey[];
export type Position = readonly [line: number, column: number];

interface Parsed {
  readonly value: unknown;
  readonly positionOf: (path: Path) => Position | undefined;
}
/** What a text of data says, or what is wrong with it. */
export type Read = Parsed | { readonly problems: readonly ConfigProblem[] };

export function problemAt(position: Position | undefined, message: string, path: Path = []): ConfigProblem {
  return { path: pathText(path), message, ...(position ? { line: position[0], column: position[1] } : {}) };
}
