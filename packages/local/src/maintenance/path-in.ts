import { relative, sep } from "node:path";

/** A path below a run root as it is told: the same on every machine. */
export function pathIn(runRoot: string, path: string): string {
  return relative(runRoot, path).replaceAll(sep, "/") || ".";
}
