import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "@dad/protocol";
import { decodeStrict } from "../decode-text.ts";
import { changedLines, editText, type LineCounts } from "./edit-text.ts";
import { FileOperationError } from "../errors.ts";
import type { FileOperation } from "./file-operation.ts";
import { isGitName, prefixesOf, refusalOf } from "../guarded-path.ts";
import { type PlannedFile, type PlannedState, PlanProblem, type PlannedTree, plannedTree } from "./planned-tree.ts";

/** One change on disk. Paths are from the root. */
export type Step =
  | { readonly type: "write"; readonly path: string; readonly content: Uint8Array; readonly mode?: number }
  | { readonly type: "move"; readonly path: string; readonly to: string }
  | { readonly type: "remove"; readonly path: string }
  | { readonly type: "make_directory"; readonly path: string }
  | { readonly type: "remove_directory"; readonly path: string };

/** The steps of one operation. `lines` is there when text was written. */
export interface PlannedOperation {
  readonly operation: FileOperation;
  readonly steps: readonly Step[];
  readonly lines?: LineCounts;
}

/**
 * Says how to make changes, each judged on what the ones before it leave. Nothing is written.
 *
 * @throws FileOperationError (`FILE_OPERATION_REFUSED`, `FILE_OPERATION_FAILED`) for the first that cannot be made.
 */
export async function planFileOperations(
  root: string,
  operations: readonly FileOperation[],
  signal: AbortSignal,
): Promise<readonly PlannedOperation[]> {
  const plan: Plan = { root, tree: plannedTree(root) };
  const planned: PlannedOperation[] = [];
  for (const [index, operation] of operations.entries()) {
    signal.throwIfAborted();
    try {
      planned.push({ operation, ...(await stepsOf(plan, operation)) });
    } catch (cause) {
      const code = cause instanceof PlanProblem && cause.refused ? "FILE_OPERATION_REFUSED" : "FILE_OPERATION_FAILED";
      const problem = messageOf(cause);
      const origin = cause instanceof PlanProblem ? {} : { cause };
      throw new FileOperationError(
        code,
        { index, type: operation.type, path: operation.path },
        { message: `${problem}. Nothing was changed.`, ...origin },
      );
    }
  }
  return planned;
}

interface Plan {
  readonly root: string;
  readonly tree: PlannedTree;
}

type Planned = Omit<PlannedOperation, "operation">;

async function stepsOf(plan: Plan, operation: FileOperation): Promise<Planned> {
  assertAllowed(operation.path);
  switch (operation.type) {
    case "create_file":
      return createFile(plan, operation);
    case "edit_file":
      return editFile(plan, operation);
    case "delete_file":
      await existingFile(plan, operation.path);
      plan.tree.remove(operation.path);
      return { steps: [{ type: "remove", path: operation.path }] };
    case "move_file":
      return moveFile(plan, operation);
    case "create_directory":
      return { steps: await makeDirectories(plan, operation.path) };
    case "delete_directory":
      break;
  }
  return deleteDirectory(plan, operation.path);
}

function assertAllowed(path: string): void {
  const refusal = refusalOf(path);
  if (refusal !== undefined) throw new PlanProblem(refusal, { refused: true });
}

async function createFile(plan: Plan, { path, content, overwrite }: Extract<FileOperation, { type: "create_file" }>): Promise<Planned> {
  const before = await plan.tree.state(path);
  if (before.kind === "file" && overwrite !== true) throw new PlanProblem("there is such a file already; to replace it, set overwrite");
  if (before.kind !== "file" && before.kind !== "absent") throw new PlanProblem(`there is ${nameOf(before)} already`);
  const parents = await makeDirectories(plan, parentOf(path));
  const old = before.kind === "file" ? (decodeStrict(await plan.tree.bytes(before), { cut: false }) ?? "") : "";
  return { steps: [...parents, write(plan, path, { content, ...modeOf(before) })], lines: changedLines(old, content) };
}

async function editFile(plan: Plan, { path, edits }: Extract<FileOperation, { type: "edit_file" }>): Promise<Planned> {
  const before = await existingFile(plan, path);
  const text = decodeStrict(await plan.tree.bytes(before), { cut: false });
  if (text === undefined) throw new PlanProblem("the file is not UTF-8 text");
  const edited = editText(text, edits);
  return { steps: [write(plan, path, { content: edited.text, ...modeOf(before) })], lines: edited.lines };
}

async function moveFile(plan: Plan, { path, to }: Extract<FileOperation, { type: "move_file" }>): Promise<Planned> {
  assertAllowed(to);
  const file = await existingFile(plan, path);
  const target = await plan.tree.state(to);
  if (target.kind !== "absent") throw new PlanProblem(`there is ${nameOf(target)} at ${JSON.stringify(to)} already`);
  const parents = await makeDirectories(plan, parentOf(to));
  plan.tree.remove(path);
  plan.tree.set(to, file);
  return { steps: [...parents, { type: "move", path, to }] };
}

async function deleteDirectory(plan: Plan, path: string): Promise<Planned> {
  const state = await plan.tree.state(path);
  if (state.kind !== "directory") throw new PlanProblem(state.kind === "absent" ? "there is no such directory" : `it is ${nameOf(state)}`);
  if (!state.fresh) await assertNoGit(join(plan.root, path));
  plan.tree.remove(path);
  return { steps: [{ type: "remove_directory", path }] };
}

async function assertNoGit(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (isGitName(entry.name)) throw new PlanProblem("it holds a git repository, which is not to be touched", { refused: true });
    if (entry.isDirectory()) await assertNoGit(join(directory, entry.name));
  }
}

/** The directories that are missing, from the top. */
async function makeDirectories({ tree }: Plan, path: string): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const prefix of path === "" ? [] : prefixesOf(path)) {
    const state = await tree.state(prefix);
    if (state.kind === "directory") continue;
    if (state.kind !== "absent") throw new PlanProblem(`${JSON.stringify(prefix)} is ${nameOf(state)}`);
    tree.set(prefix, { kind: "directory", fresh: true });
    steps.push({ type: "make_directory", path: prefix });
  }
  return steps;
}

function write({ tree }: Plan, path: string, { content, mode }: { readonly content: string; readonly mode?: number }): Step {
  const bytes = new TextEncoder().encode(content);
  const kept = mode === undefined ? {} : { mode };
  tree.set(path, { kind: "file", content: bytes, size: bytes.byteLength, ...kept });
  return { type: "write", path, content: bytes, ...kept };
}

async function existingFile({ tree }: Plan, path: string): Promise<PlannedFile> {
  const state = await tree.state(path);
  if (state.kind === "file") return state;
  throw new PlanProblem(state.kind === "absent" ? "there is no such file" : `it is ${nameOf(state)}`);
}

function modeOf(state: PlannedState): { readonly mode?: number } {
  return state.kind === "file" && state.mode !== undefined ? { mode: state.mode } : {};
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function nameOf({ kind }: PlannedState): string {
  return { file: "a file", directory: "a directory", link: "a link", special: "a pipe, socket or device", absent: "nothing" }[kind];
}
