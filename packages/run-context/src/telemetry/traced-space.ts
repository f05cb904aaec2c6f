import { basename } from "node:path";
import {
  ATTRIBUTES,
  type Context,
  errorTypeOf,
  failSpan,
  OPERATIONS,
  placeOf,
  placeWithin,
  type Span,
  SPANS,
  traceVariables,
  type Tracer,
} from "@dad/observability";
import type { Command, ExecOptions, ExecResult, IsolationSpace } from "@dad/isolation";
import { commandOutput, type CommandOutput, type CommandOutputOptions } from "./command-output.ts";

const { genAi, process: processes } = ATTRIBUTES;

/** Where is measured how long commands take. */
export interface CommandMetrics {
  command(program: string, ended: { readonly durationMs: number; readonly errorType: string | undefined }): void;
}

export interface TracedSpaceOptions extends Pick<CommandOutputOptions, "logger" | "attributes" | "redactor" | "limits"> {
  readonly tracer: Tracer;
  /** Under which its commands are. */
  readonly place: Context;
  readonly metrics: CommandMetrics;
}

/**
 * The same space. Each command has a span, which the command is told (`TRACEPARENT`), and what it writes is in the logs:
 * https://opentelemetry.io/docs/specs/otel/context/env-carriers/.
 */
export function tracedSpace(space: IsolationSpace, options: TracedSpaceOptions): IsolationSpace {
  return { ...space, exec: (command, given) => tracedCommand(space, options, { command, given }) };
}

interface Execution {
  readonly command: Command;
  readonly given: ExecOptions | undefined;
}

async function tracedCommand(space: IsolationSpace, options: TracedSpaceOptions, { command, given }: Execution): Promise<ExecResult> {
  const { tracer, metrics } = options;
  // It may be a part of something smaller than the attempt, such as of the tool that runs it.
  const place = placeWithin(options.place, command.env?.["TRACEPARENT"]);
  const program = basename(command.argv[0]);
  const own = { [genAi.operationName]: OPERATIONS.executeTool, [genAi.toolName]: program, [processes.executableName]: program };
  const attributes = { ...options.attributes, ...own };
  const span = tracer.startSpan(SPANS.executeTool(program), { attributes }, place);
  const output = commandOutput({ ...options, context: placeOf(span) });
  const began = performance.now();
  let errorType: string | undefined;
  try {
    const result = await space.exec(
      { ...command, ...tracedEnvironment(space, command, span) },
      output ? { ...given, ...listening(given, output) } : given,
    );
    if (result.exitCode !== null) span.setAttribute(processes.exitCode, result.exitCode);
    errorType = failureOf(result);
    return result;
  } catch (error) {
    errorType = errorTypeOf(error);
    throw error;
  } finally {
    output?.end();
    if (errorType !== undefined) failSpan(span, undefined, { type: errorType });
    span.end();
    metrics.command(program, { durationMs: performance.now() - began, errorType });
  }
}

function listening(given: ExecOptions | undefined, output: CommandOutput): Pick<ExecOptions, "onOutput"> {
  return {
    onOutput(stream, chunk) {
      output.push(stream, chunk);
      given?.onOutput?.(stream, chunk);
    },
  };
}

/** Who says itself of which other trace a command is a part is not contradicted. */
function tracedEnvironment({ env: own }: IsolationSpace, { env }: Command, span: Span): Pick<Command, "env"> {
  const { traceId } = span.spanContext();
  const isOther = [own, env].some((given) => given?.["TRACEPARENT"]?.includes(traceId) === false);
  return isOther ? {} : { env: { ...env, ...traceVariables(span) } };
}

/** The conventions want the exit code of a command as its error. */
function failureOf({ reason, exitCode }: ExecResult): string | undefined {
  if (reason !== "exited") return reason;
  return exitCode === 0 || exitCode === null ? undefined : String(exitCode);
}
