import { decodeStrict } from "../decode-text.ts";
import { prefixesOf, refusalOf } from "../guarded-path.ts";
import type { WhiteSpace } from "./edit-text.ts";
import type { FileChange } from "./file-snapshot.ts";
import type { OperationReport } from "./operation-result.ts";
import { nameOf, type PlannedFile, PlanProblem, type PlannedTree } from "./planned-tree.ts";

/** One change on disk. Paths are from the root. */
export type Step =
  /** `was`: the stamp of what it replaces or takes away, or `absent`; nothing for what the plan itself makes or changes. */
  | { readonly type: "write"; readonly path: string; readonly content: Uint8Array; readonly mode?: number; readonly was?: string }
  | { readonly type: "move"; readonly path: string; readonly to: string; readonly was?: string }
  | { readonly type: "remove"; readonly path: string; readonly was?: string }
  | { readonly type: "make_directory"; readonly path: string };

/** What an operation is to do, and what it tells of that. */
export interface PlannedWork {
  readonly steps: readonly Step[];
  /** To files, in order. Not there for what only looks or makes directories. */
  readonly changes?: readonly FileChange[];
  readonly report: OperationReport;
}

export interface PlanRules {
  /** Absolute, without links. */
  readonly root: string;
  /** From the root, which is the empty path. */
  readonly allowed: readonly string[];
  readonly whiteSpace: WhiteSpace;
  /** For content that is read only to be shown. */
  readonly room: { bytes: number };
  /** What to say when nothing was changed. */
  readonly unchanged: string;
  readonly signal: AbortSignal;
}

export interface Plan extends PlanRules {
  readonly tree: PlannedTree;
}

/** The path as the tree has it: `.` is the root. @throws PlanProblem for one that may not even be looked at. */
export function lookedAt({ allowed }: PlanRules, path: string): string {
  const refusal = path === "." ? undefined : refusalOf(path);
  if (refusal !== undefined) throw new PlanProblem(`${JSON.stringify(path)} cannot be a path here: ${refusal}`, { refused: true });
  const place = path === "." ? "" : path;
  if (allowed.some((directory) => directory === "" || directory === place || place.startsWith(`${directory}/`))) return place;
  throw new PlanProblem(`${JSON.stringify(path)} is in none of the allowed directories (${allowed.join(", ")})`, { refused: true });
}

/** @throws PlanProblem for a path that may not be made, changed or taken away. */
export function assertChangeable(rules: PlanRules, path: string): void {
  const place = lookedAt(rules, path);
  if (place === "" || rules.allowed.includes(place))
    throw new PlanProblem(`${JSON.stringify(path)} is ${place === "" ? "the directory" : "an allowed directory"} itself`, { refused: true });
}

/** Those that are missing on the way to a directory and it itself, from the top. */
export async function makeDirectories({ tree }: Plan, path: string): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const prefix of path === "" ? [] : prefixesOf(path)) {
    const state = await tree.state(prefix);
    if (state.kind === "directory") continue;
    if (state.kind !== "absent") throw new PlanProblem(`${JSON.stringify(prefix)} is ${nameOf(state)}`);
    tree.set(prefix, { kind: "directory" });
    steps.push({ type: "make_directory", path: prefix });
  }
  return steps;
}

export async function existingFile({ tree }: Plan, path: string): Promise<PlannedFile> {
  const state = await tree.state(path);
  if (state.kind === "file") return state;
  throw new PlanProblem(state.kind === "absent" ? "there is no such file" : `it is ${nameOf(state)}`);
}

/** `undefined` for what is no text. */
export async function textOfFile({ tree }: Plan, file: PlannedFile): Promise<string | undefined> {
  return decodeStrict(await tree.bytes(file), { cut: false });
}

export function assertText(bytes: Uint8Array): string {
  const text = decodeStrict(bytes, { cut: false });
  if (text === undefined) throw new PlanProblem("the file is not UTF-8 text");
  return text;
}
