import { DadError, type Json } from "@dad/protocol";

/** `MODEL_NOT_ALLOWED`: the input of the node chooses a model that the node does not have. */
export class ModelNotAllowedError extends DadError<"MODEL_NOT_ALLOWED"> {
  constructor(alias: string, allowed: readonly string[]) {
    super("MODEL_NOT_ALLOWED", `the node may not ask the model ${JSON.stringify(alias)}; it may ask ${allowed.join(", ")}`, {
      details: { model: alias, allowed },
    });
  }
}

/** `MODEL_FILE_UNUSABLE`: a file for a model cannot be read, or is too large. */
export class ModelFileError extends DadError<"MODEL_FILE_UNUSABLE"> {
  constructor(file: string, problem: string, options: { readonly cause?: unknown } = {}) {
    super("MODEL_FILE_UNUSABLE", `the model cannot be given the file ${JSON.stringify(file)}: ${problem}`, { ...options, details: { file } });
  }
}

/** `MODEL_STEPS_EXCEEDED`: a model still calls tools after all the steps that it has. */
export class ModelStepsError extends DadError<"MODEL_STEPS_EXCEEDED"> {
  constructor(maxSteps: number, details: Readonly<Record<string, Json>>) {
    super("MODEL_STEPS_EXCEEDED", `the model has not come to an end within ${maxSteps} ${maxSteps === 1 ? "step" : "steps"}; raise maxSteps`, {
      details: { maxSteps, ...details },
    });
  }
}

/** `TOOL_RESULT_INVALID`: a tool gave something that JSON cannot carry. */
export class ToolResultError extends DadError<"TOOL_RESULT_INVALID"> {
  constructor(tool: string, problem: string, options: { readonly cause?: unknown } = {}) {
    super("TOOL_RESULT_INVALID", `the result of the tool "${tool}" is not JSON: ${problem}`, { ...options, details: { tool } });
  }
}

/** `TOOL_LEFT`: a tool went on after it was aborted, so that the node goes on without it. Its `cause` is why it was aborted. */
export class ToolLeftError extends DadError<"TOOL_LEFT"> {
  constructor(tool: string, { graceMs, cause }: { readonly graceMs: number; readonly cause: unknown }) {
    super(
      "TOOL_LEFT",
      `the tool "${tool}" was left behind: it still went on ${graceMs} ms after it was aborted. It does not react to its signal: ` +
        `hand the signal of its context to whatever it waits for`,
      { cause, details: { tool, graceMs } },
    );
  }
}

/** `TOOL_MISSING`: a node asks for a tool that a source, or the node itself, does not have. */
export class ToolMissingError extends DadError<"TOOL_MISSING"> {
  constructor(source: string, tool: string, hint: string) {
    super("TOOL_MISSING", `${source} has no tool ${JSON.stringify(tool)}; ${hint}`, { details: { source, tool } });
  }
}

/** `MODEL_MISSING`: no model of the profile is what a node asks for. */
export class ModelMissingError extends DadError<"MODEL_MISSING"> {
  constructor(query: Json, profile: { readonly name: string; readonly models: readonly string[] }) {
    const { name, models } = profile;
    super(
      "MODEL_MISSING",
      `profile "${name}" has no model that is ${JSON.stringify(query)}; it has ${models.length === 0 ? "none" : models.join(", ")}`,
      { details: { query, profile: name, models } },
    );
  }
}
