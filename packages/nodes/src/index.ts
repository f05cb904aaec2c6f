/**
 * The built-in nodes: AI model, command, file operation, folder analyzer, callback.
 *
 * @packageDocumentation
 */
export { analyzeFolder } from "./analyze-folder.ts";
export { applyFileOperations } from "./apply-file-operations.ts";
export { type AskForOptions, askModel, askModelFor, type AskSettings } from "./ask-model.ts";
export { callback, type CallbackOptions } from "./callback.ts";
export {
  CallbackResultError,
  CommandFailedError,
  CommandTimeoutError,
  DirectoryError,
  FileOperationError,
  type FileOperationErrorCode,
  type FileOperationSpot,
} from "./errors.ts";
export { FileOperation, FileOperations } from "./file-operation.ts";
export { runCommand } from "./run-command.ts";
