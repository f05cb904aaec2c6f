/**
 * The built-in nodes: AI model, command, file operation, folder analyzer, callback.
 *
 * @packageDocumentation
 */
export { analyzeFolder } from "./folder/analyze-folder.ts";
export { FileUnusableError, FolderOperationError, type FolderOperationSpot } from "./folder/folder-errors.ts";
export { FolderOperation, FolderOperations } from "./folder/folder-operation.ts";
export type { OutlineItem } from "./folder/outline/outline-item.ts";
export { type IgnoreRules, ignoreRules } from "./folder/ignore-rules.ts";
export { runFolderOperations } from "./folder/run-folder-operations.ts";
export { applyFileOperations } from "./files/apply-file-operations.ts";
export { type AskCode, type AskForOptions, askModel, askModelFor, type ModelAnswer } from "./model/ask-model.ts";
export type { AskSettings } from "./model/ask-settings.ts";
export { ModelFileError, ModelNotAllowedError, ModelStepsError, ToolLeftError, ToolResultError } from "./model/errors.ts";
export { defineTool, type Tool, type ToolOptions } from "./model/tool.ts";
export { callback, type CallbackOptions } from "./callback/callback.ts";
export {
  CallbackResultError,
  ChangeLeftError,
  CommandFailedError,
  CommandTimeoutError,
  DirectoryError,
  FileOperationError,
  type FileOperationErrorCode,
  type FileOperationSpot,
  NoOutcomeError,
  SettingsOverrideError,
  StageLeftError,
} from "./errors.ts";
export { EditOperation, EditOperations, FileOperation, FileOperations } from "./files/file-operation.ts";
export { runCommand } from "./command/run-command.ts";
export { runCommands } from "./command/run-commands.ts";
