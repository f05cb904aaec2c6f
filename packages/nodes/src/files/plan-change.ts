import { join } from "node:path";
import { isGitName } from "../guarded-path.ts";
import { listInPlace } from "../open-in-place.ts";
import { editText } from "./edit-text.ts";
import type { OperationOf } from "./file-operation.ts";
import { assertChangeable, assertText, existingFile, makeDirectories, type Plan, type PlannedWork, type Step, textOfFile } from "./plan.ts";
import { nameOf, parentOf, type PlannedFile, type PlannedState, PlanProblem } from "./planned-tree.ts";
import { renameDiff, textDiff } from "./text-diff.ts";

// Each says how to make one change, and makes it in the tree of the plan.

export async function createFile(plan: Plan, { path, content, overwrite }: OperationOf<"create_file">): Promise<PlannedWork> {
  assertChangeable(plan, path);
  const before = await plan.tree.state(path);
  if (before.kind === "file" && overwrite !== true) throw new PlanProblem("there is such a file already; to replace it, set overwrite");
  if (before.kind !== "file" && before.kind !== "absent") throw new PlanProblem(`there is ${nameOf(before)} already`);
  const parents = await makeDirectories(plan, parentOf(path));
  const old = before.kind === "file" ? await shownText(plan, before) : undefined;
  const report = old === undefined && before.kind === "file" ? {} : textDiff({ path, before: old, after: content });
  return { steps: [...parents, write(plan, path, { content, before })], report };
}

export async function editFile(plan: Plan, { path, edits }: OperationOf<"edit_file">): Promise<PlannedWork> {
  assertChangeable(plan, path);
  const before = await existingFile(plan, path);
  const text = await assertText(plan, before);
  const content = editText(text, edits, plan.whiteSpace);
  return { steps: [write(plan, path, { content, before })], report: textDiff({ path, before: text, after: content }) };
}

export async function deleteFile(plan: Plan, { path }: OperationOf<"delete_file">): Promise<PlannedWork> {
  assertChangeable(plan, path);
  const before = await existingFile(plan, path);
  const text = await shownText(plan, before);
  plan.tree.remove(path);
  const steps: Step[] = [{ type: "remove", path, ...stampOf(before) }];
  return { steps, report: text === undefined ? {} : textDiff({ path, before: text, after: undefined }) };
}

/** Of larger files nobody reads what is gone. */
const LARGEST_SHOWN = 1_048_576;

/** The text that goes when a file is replaced or deleted, where it is to be shown. */
async function shownText(plan: Plan, file: PlannedFile): Promise<string | undefined> {
  return file.size > LARGEST_SHOWN ? undefined : textOfFile(plan, file);
}

export async function move(plan: Plan, { path, to }: OperationOf<"move_file">): Promise<PlannedWork> {
  assertChangeable(plan, path);
  assertChangeable(plan, to);
  const state = await plan.tree.state(path);
  if (state.kind === "absent") throw new PlanProblem("there is no such file or directory");
  if (state.kind !== "file" && state.kind !== "directory") throw new PlanProblem(`it is ${nameOf(state)}`);
  if (`${to}/`.startsWith(`${path}/`)) throw new PlanProblem("it cannot be moved to itself or into itself");
  if (plan.allowed.some((directory) => directory.startsWith(`${path}/`))) throw new PlanProblem("it holds an allowed directory", { refused: true });
  await assertNoGit(plan, state);
  const target = await plan.tree.state(to);
  if (target.kind !== "absent") throw new PlanProblem(`there is ${nameOf(target)} at ${JSON.stringify(to)} already`);
  const parents = await makeDirectories(plan, parentOf(to));
  plan.tree.move(path, to, state);
  return { steps: [...parents, { type: "move", path, to }], report: { to, diff: renameDiff(path, to) } };
}

export async function createDirectory(plan: Plan, { path }: OperationOf<"create_directory">): Promise<PlannedWork> {
  assertChangeable(plan, path);
  return { steps: await makeDirectories(plan, path), report: {} };
}

export async function deleteDirectory(plan: Plan, { path }: OperationOf<"delete_directory">): Promise<PlannedWork> {
  assertChangeable(plan, path);
  const state = await plan.tree.state(path);
  if (state.kind !== "directory") throw new PlanProblem(state.kind === "absent" ? "there is no such directory" : `it is ${nameOf(state)}`);
  if (plan.allowed.some((directory) => directory.startsWith(`${path}/`))) throw new PlanProblem("it holds an allowed directory", { refused: true });
  await assertNoGit(plan, state);
  plan.tree.remove(path);
  return { steps: [{ type: "remove", path }], report: {} };
}

/** What a plan moved into a directory was looked at when it was moved. */
async function assertNoGit({ root }: Plan, state: PlannedState): Promise<void> {
  if (state.kind === "directory" && state.source !== undefined) await assertNoGitIn(join(root, state.source));
}

async function assertNoGitIn(directory: string): Promise<void> {
  for (const entry of await listInPlace(directory)) {
    if (isGitName(entry.name)) throw new PlanProblem("it holds a git repository, which is not to be touched", { refused: true });
    if (entry.isDirectory()) await assertNoGitIn(join(directory, entry.name));
  }
}

interface NewContent {
  readonly content: string;
  readonly before: PlannedState;
}

function write({ tree }: Plan, path: string, { content, before }: NewContent): Step {
  const bytes = new TextEncoder().encode(content);
  const kept = before.kind === "file" && before.mode !== undefined ? { mode: before.mode } : {};
  tree.set(path, { kind: "file", content: bytes, size: bytes.byteLength, ...kept });
  return { type: "write", path, content: bytes, ...kept, ...stampOf(before) };
}

/** What has to be there still when the change is made. */
function stampOf(before: PlannedState): { readonly was?: string } {
  if (before.kind === "absent") return { was: "absent" };
  return before.kind === "file" && before.stamp !== undefined ? { was: before.stamp } : {};
}
