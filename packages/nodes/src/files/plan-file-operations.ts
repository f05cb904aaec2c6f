import { messageOf } from "@dad/protocol";
import { FileOperationError, type FileOperationSpot } from "../errors.ts";
import { plainPath } from "../guarded-path.ts";
import type { FileOperation } from "./file-operation.ts";
import { filesDiff } from "./file-patch.ts";
import type { FileChange } from "./file-snapshot.ts";
import { netChange } from "./net-change.ts";
import type { OperationReport } from "./operation-result.ts";
import type { Plan, PlannedWork } from "./plan.ts";
import { createDirectory, createFile, deleteDirectory, deleteFile, editFile, move } from "./plan-change.ts";
import { getFileInfo, listAllowedDirectories, listDirectory, readFile, searchFiles } from "./plan-look.ts";
import { PlanProblem } from "./planned-tree.ts";

/** One of the operations that were given. */
export interface GivenOperation {
  readonly operation: FileOperation;
  /** Among all of them. */
  readonly index: number;
}

export interface PlannedOperation extends GivenOperation, PlannedWork {}

/**
 * Says how to do one operation on what the ones before it leave, and does it in the tree of the plan. Nothing is written.
 *
 * @throws FileOperationError (`FILE_OPERATION_REFUSED`, `FILE_OPERATION_FAILED`); the tree may then be half changed.
 */
export async function planOperation(plan: Plan, given: GivenOperation): Promise<PlannedOperation> {
  plan.signal.throwIfAborted();
  try {
    const work = await workOf(plan, withPlainPaths(given.operation));
    return { ...given, ...work, report: { ...work.report, ...shownChange(given.operation, work.changes) } };
  } catch (cause) {
    plan.signal.throwIfAborted();
    throw planError(cause, given, plan.unchanged);
  }
}

function withPlainPaths(operation: FileOperation): FileOperation {
  return {
    ...operation,
    ...("path" in operation && operation.path !== undefined ? { path: plainPath(operation.path) } : {}),
    ...("to" in operation ? { to: plainPath(operation.to) } : {}),
  };
}

/** A move has no lines of its own. */
function shownChange({ type }: FileOperation, changes: readonly FileChange[] | undefined): OperationReport {
  if (changes === undefined) return {};
  const net = netChange();
  net.add(changes);
  const { diff, ...counts } = filesDiff(net.files(), "for-people");
  return { ...(diff === "" ? {} : { diff }), ...(type === "move_file" ? {} : counts) };
}

export function spotOf({ operation, index }: GivenOperation): FileOperationSpot {
  return { index, type: operation.type, path: ("path" in operation ? operation.path : undefined) ?? "." };
}

function planError(cause: unknown, given: GivenOperation, unchanged: string): FileOperationError {
  const spot = spotOf(given);
  if (!(cause instanceof PlanProblem))
    return new FileOperationError("FILE_OPERATION_FAILED", spot, { message: `${messageOf(cause)}. ${unchanged}`, cause });
  const hint = cause.hint === "" ? "" : ` ${cause.hint}`;
  const code = cause.refused ? "FILE_OPERATION_REFUSED" : "FILE_OPERATION_FAILED";
  return new FileOperationError(code, spot, { message: `${cause.message}. ${unchanged}${hint}` });
}

function workOf(plan: Plan, operation: FileOperation): Promise<PlannedWork> | PlannedWork {
  switch (operation.type) {
    case "create_file":
      return createFile(plan, operation);
    case "edit_file":
      return editFile(plan, operation);
    case "delete_file":
      return deleteFile(plan, operation);
    case "move_file":
      return move(plan, operation);
    case "create_directory":
      return createDirectory(plan, operation);
    case "delete_directory":
      return deleteDirectory(plan, operation);
    case "list_directory":
      return listDirectory(plan, operation);
    case "search_files":
      return searchFiles(plan, operation);
    case "get_file_info":
      return getFileInfo(plan, operation);
    case "read_file":
      return readFile(plan, operation);
    case "list_allowed_directories":
      break;
  }
  return listAllowedDirectories(plan);
}
