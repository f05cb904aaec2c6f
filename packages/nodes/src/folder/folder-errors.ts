import { DadError, type Json } from "@dad/protocol";

/** `FILE_UNUSABLE`: a file that a node is to read is not a plain file in the workspace, or cannot be read. */
export class FileUnusableError extends DadError<"FILE_UNUSABLE"> {
  constructor(file: string, problem: string, options: { readonly cause?: unknown } = {}) {
    super("FILE_UNUSABLE", `cannot use the file ${JSON.stringify(file)}: ${problem}`, { ...options, details: { file } });
  }
}

/** Which folder operation a problem is about. */
export interface FolderOperationSpot {
  readonly index: number;
  readonly type: string;
  readonly path: string;
}

/** `FOLDER_OPERATION_FAILED`: an operation has nothing to look at; the cause says why. */
export class FolderOperationError extends DadError<"FOLDER_OPERATION_FAILED"> {
  constructor(spot: FolderOperationSpot, cause: Error) {
    const details: Readonly<Record<string, Json>> = { ...spot };
    super("FOLDER_OPERATION_FAILED", `operations[${spot.index}] (${spot.type} ${JSON.stringify(spot.path)}): ${cause.message}`, { cause, details });
  }
}
