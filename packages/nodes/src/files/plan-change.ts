import { join } from "node:path";
import { directoryStamp } from "./directory-stamp.ts";
import { editText } from "./edit-text.ts";
import type { OperationOf } from "./file-operation.ts";
import type { FileSnapshot } from "./file-snapshot.ts";
import { filesUnder, snapshotOf } from "./files-in-plan.ts";
import { assertChangeable, assertText, existingFile, makeDirectories, type Plan, type PlannedWork, type Step } from "./plan.ts";
import { asDirectory, nameOf, parentOf, type PlannedDirectory, type PlannedFile, type PlannedState, PlanProblem } from "./planned-tree.ts";

// Each says how to make one change, and makes it in the tree of the plan.

export async function createFile(plan: Plan, { path, content, overwrite }: OperationOf<"create_file">): Promise<PlannedWork> {
  assertChangeable(plan, path);
  const before = await plan.tree.state(path);
  if (before.kind === "file" && overwrite !== true) throw new PlanProblem("there is such a file already; to replace it, set overwrite");
  if (before.kind !== "file" && before.kind !== "absent") throw new PlanProblem(`there is ${nameOf(before)} already`);
  const parents = await makeDirectories(plan, parentOf(path));
  const old = before.kind === "file" ? await snapshotOf(plan, before) : undefined;
  const written = await write(plan, path, { text: content, before, old });
  return { ...written, steps: [...parents, ...written.steps] };
}

export async function editFile(plan: Plan, { path, edits }: OperationOf<"edit_file">): Promise<PlannedWork> {
  assertChangeable(plan, path);
  const before = await existingFile(plan, path);
  const bytes = await plan.tree.bytes(before);
  const text = editText(assertText(bytes), edits, plan.whiteSpace);
  return write(plan, path, { text, before, old: await snapshotOf(plan, before, bytes) });
}

export async function deleteFile(plan: Plan, { path }: OperationOf<"delete_file">): Promise<PlannedWork> {
  assertChangeable(plan, path);
  const state = await existingFile(plan, path);
  const before = await snapshotOf(plan, state);
  plan.tree.remove(path);
  return { steps: [{ type: "remove", path, ...stampOf(state) }], changes: [{ type: "content", path, before, after: undefined }], report: {} };
}

export async function move(plan: Plan, { path, to }: OperationOf<"move_file">): Promise<PlannedWork> {
  assertChangeable(plan, path);
  assertChangeable(plan, to);
  const state = await plan.tree.state(path);
  if (state.kind === "absent") throw new PlanProblem("there is no such file or directory");
  if (state.kind !== "file" && state.kind !== "directory") throw new PlanProblem(`it is ${nameOf(state)}`);
  if (`${to}/`.startsWith(`${path}/`)) throw new PlanProblem("it cannot be moved to itself or into itself");
  assertHoldsNoAllowed(plan, path);
  const was = await stampOfAny(plan, path, state);
  const target = await plan.tree.state(to);
  if (target.kind !== "absent") throw new PlanProblem(`there is ${nameOf(target)} at ${JSON.stringify(to)} already`);
  const moved = state.kind === "file" ? [{ path, file: await snapshotOf(plan, state) }] : await filesUnder(plan, path);
  const parents = await makeDirectories(plan, parentOf(to));
  plan.tree.move(path, to, state);
  const changes = moved.map((one) => ({ type: "move" as const, ...one, to: to + one.path.slice(path.length) }));
  return { steps: [...parents, { type: "move", path, to, ...was }], changes, report: { to } };
}

export async function createDirectory(plan: Plan, { path }: OperationOf<"create_directory">): Promise<PlannedWork> {
  assertChangeable(plan, path);
  return { steps: await makeDirectories(plan, path), report: {} };
}

export async function deleteDirectory(plan: Plan, { path }: OperationOf<"delete_directory">): Promise<PlannedWork> {
  assertChangeable(plan, path);
  const state = await plan.tree.state(path);
  assertHoldsNoAllowed(plan, path);
  const was = await stampOfAny(plan, path, asDirectory(state));
  const files = await filesUnder(plan, path);
  plan.tree.remove(path);
  const changes = files.map((one) => ({ type: "content" as const, path: one.path, before: one.file, after: undefined }));
  return { steps: [{ type: "remove", path, ...was }], changes, report: {} };
}

function assertHoldsNoAllowed({ allowed }: Plan, path: string): void {
  if (allowed.some((directory) => directory.startsWith(`${path}/`))) throw new PlanProblem("it holds an allowed directory", { refused: true });
}

interface Written {
  readonly text: string;
  readonly before: PlannedState;
  readonly old: FileSnapshot | undefined;
}

/** What is so already is not written. */
async function write(plan: Plan, path: string, { text, before, old }: Written): Promise<PlannedWork> {
  const content = new TextEncoder().encode(text);
  if (old?.content && Buffer.compare(old.content, content) === 0) return { steps: [], changes: [], report: {} };
  const kept = before.kind === "file" && before.mode !== undefined ? { mode: before.mode } : {};
  const file: PlannedFile = { kind: "file", content, size: content.byteLength, ...kept };
  plan.tree.set(path, file);
  return {
    steps: [{ type: "write", path, content, ...kept, ...stampOf(before) } satisfies Step],
    changes: [{ type: "content", path, before: old, after: await snapshotOf(plan, file) }],
    report: {},
  };
}

/** What has to be there still when the change is made. */
function stampOf(before: PlannedState): { readonly was?: string } {
  if (before.kind === "absent") return { was: "absent" };
  return before.kind === "file" && before.stamp !== undefined ? { was: before.stamp } : {};
}

/** What a plan moved into a directory was looked at when it was moved. */
async function stampOfAny(plan: Plan, path: string, state: PlannedFile | PlannedDirectory): Promise<{ readonly was?: string }> {
  if (state.kind === "file") return stampOf(state);
  if (state.source === undefined) return {};
  const was = await directoryStamp(join(plan.root, state.source));
  return plan.tree.changedIn(path) ? {} : { was };
}
