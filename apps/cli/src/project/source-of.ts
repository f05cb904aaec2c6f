import { relative, sep } from "node:path";
import type { LocalStore } from "@dad/local";
import type { RunSource } from "@dad/protocol";

/** Where a run comes from. The file is relative to the run root, so that a project can be moved with its runs. */
export function sourceOf(file: string, { runRoot, project }: LocalStore, profile: string | undefined): RunSource {
  return { file: relative(runRoot, file).replaceAll(sep, "/"), project, ...(profile === undefined ? {} : { profile }) };
}
