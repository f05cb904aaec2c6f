import { DadError, ERROR_LIMITS, type ErrorEnvelope, errorEnvelope } from "@dad/protocol";
import type { Paint } from "./paint.ts";
import { visible } from "./visible.ts";

const MAX_FRAMES = 5;

/** What is around an error of the user's code. Whoever made any other coded error has said what there is to know. */
const AROUND_USER_CODE = new Set(["NODE_FAILED", "UNCAUGHT_ERROR"]);

/** How zod begins the message of an error: all issues as JSON, for programs. */
const ZOD_MESSAGE = /^\[\n {2}\{\n {4}"/;

/** An error for people: `error CODE: message`, its causes, and where in the user's code an unforeseen one came from. */
export function errorText(error: unknown, paint: Paint): string {
  const stack = framesOf(error).map((frame) => paint("dim", `    ${visible(frame)}`));
  return [...errorLines(visible(errorEnvelope(error)), paint), ...stack].join("\n");
}

/** The same of an error that was recorded. */
export function errorLines(error: ErrorEnvelope, paint: Paint): string[] {
  const first = `${paint("red", `error ${error.code}:`)} ${indented(error.message)}`;
  return [first, ...causeLines(error, paint)];
}

function causeLines({ code, message, cause }: ErrorEnvelope, paint: Paint): string[] {
  // Where zod's issues led to a coded error, its message tells them in words.
  if (!cause || (code !== "UNEXPECTED" && ZOD_MESSAGE.test(cause.message))) return [];
  // A message often ends with that of its cause; nobody wants to read it twice.
  const text = message.endsWith(cause.message) ? "" : `: ${indented(cause.message)}`;
  return [`  ${paint("dim", "caused by")} ${cause.code}${text}`, ...causeLines(cause, paint)];
}

function indented(message: string): string {
  return message.trimEnd().replaceAll("\n", "\n    ");
}

/** Where the innermost error was thrown, when nobody foresaw it. */
function framesOf(error: unknown): string[] {
  const stack = stackOf(error, 0);
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line) && !line.includes("(node:"));
  return frames.slice(0, MAX_FRAMES).map((line) => line.trim());
}

/** An error may have itself for a cause, or a getter that throws: then there is nothing to see. */
function stackOf(error: unknown, depth: number): string {
  try {
    if (!(error instanceof Error)) return "";
    if (DadError.is(error) && !AROUND_USER_CODE.has(error.code)) return "";
    if (error.cause !== undefined && depth < ERROR_LIMITS.causes) return stackOf(error.cause, depth + 1);
    return DadError.is(error) || errorEnvelope(error).code !== "UNEXPECTED" ? "" : (error.stack ?? "");
  } catch {
    return "";
  }
}
