import { defineNode } from "@dad/agent";
import { z } from "zod";
import { FileOperations } from "./file-operation.ts";
import { planFileOperations, type PlannedOperation } from "./plan-file-operations.ts";
import { workspaceDirectory } from "../workspace-directory.ts";
import { writeSteps } from "./write-steps.ts";

const FileOperationSettings = z.strictObject({
  /** In the workspace, from its top. Nothing outside of it is touched. */
  directory: z.string().default("."),
  operations: FileOperations,
});

const lines = z.int().nonnegative().optional();

const FileOperationOutput = z.strictObject({
  /** As they were given, in order, with the numbers of lines where text was written. */
  operations: z.array(z.strictObject({ type: z.string(), path: z.string(), to: z.string().optional(), added: lines, removed: lines })),
});

/**
 * Changes files of the workspace: all of the operations, or none. Each is planned against what the ones
 * before it leave; when one cannot be made, nothing is written. Missing parent directories are made.
 * Nothing outside of the directory, behind a link or in a `.git` is touched.
 *
 * Effectful: an edit that was made cannot be made again.
 *
 * @throws `FILE_OPERATION_REFUSED`, `FILE_OPERATION_FAILED`, naming the operation; `DIRECTORY_UNUSABLE`.
 */
export const applyFileOperations = defineNode({
  type: "file_operation",
  version: "1",
  effect: "effectful",
  settings: FileOperationSettings,
  output: FileOperationOutput,
  async execute(context, { settings }) {
    const { absolute } = await workspaceDirectory(context, settings.directory);
    const planned = await planFileOperations(absolute, settings.operations, context.signal);
    await writeSteps(absolute, planned, context.signal);
    return { operations: planned.map(summaryOf) };
  },
});

function summaryOf({ operation, lines: counts }: PlannedOperation): z.input<typeof FileOperationOutput>["operations"][number] {
  return { type: operation.type, path: operation.path, ...(operation.type === "move_file" ? { to: operation.to } : {}), ...counts };
}
