import { DadError, ERROR_LIMITS, type ErrorEnvelope, errorEnvelope } from "@dad/protocol";
import type { Paint } from "./paint.ts";
import { visible } from "./visible.ts";

const MAX_FRAMES = 5;

/** The code of an error that has none of its own. */
const UNFORESEEN = "UNEXPECTED";

/** What is around an error of the user's code. Whoever made any other coded error has said what there is to know. */
const AROUND_USER_CODE = new Set(["NODE_FAILED", "UNCAUGHT_ERROR"]);

/** How zod begins the message of an error: all issues as JSON, for programs. */
const ZOD_MESSAGE = /^\[\n {2}\{\n {4}"/;

/** UTF-16 code units of a message that is told in one line. */
const MOST_OF_A_MESSAGE = 200;

/** An error for people: `error CODE: message`, its causes, and where in the user's code an unforeseen one came from. */
export function errorText(error: unknown, paint: Paint): string {
  const stack = framesOf(error).map((frame) => paint("dim", `    ${visible(frame)}`));
  return [...linesOf(visible(errorEnvelope(error)), { paint, classes: visible(classesOf(error)) }), ...stack].join("\n");
}

/** The same of an error that was recorded. */
export function errorLines(error: ErrorEnvelope, paint: Paint): string[] {
  return linesOf(error, { paint, classes: [] });
}

/** The same in one line: the code, where it says something, and how the message begins. */
export function errorLine({ code, message }: ErrorEnvelope): string {
  // Not its first line alone: that often only says what comes below.
  const line = message.trim().replaceAll(/\s*\n\s*/g, " ");
  // No character is cut in two.
  const text = line.length > MOST_OF_A_MESSAGE ? `${line.slice(0, MOST_OF_A_MESSAGE).replace(/[\ud800-\udbff]$/, "")}…` : line;
  return code === UNFORESEEN ? text : `${code}: ${text}`;
}

interface Telling {
  readonly paint: Paint;
  /** Of the error and its causes, as far as they are known. */
  readonly classes: readonly string[];
}

function linesOf(error: ErrorEnvelope, telling: Telling): string[] {
  if (saysOnlyThatItWasAborted(error)) return linesOf(error.cause, ofTheCause(telling));
  const first = `${telling.paint("red", `error ${nameOf(error, telling)}:`)} ${indented(error.message)}`;
  return [first, ...causeLines(error, ofTheCause(telling))];
}

function causeLines({ code, message, cause }: ErrorEnvelope, telling: Telling): string[] {
  // Where zod's issues led to a coded error, its message tells them in words.
  if (!cause || (code !== UNFORESEEN && ZOD_MESSAGE.test(cause.message))) return [];
  const inner = ofTheCause(telling);
  if (saysOnlyThatItWasAborted(cause)) return causeLines({ code, message, retryable: false, cause: cause.cause }, inner);
  // A message often ends with that of its cause; nobody wants to read it twice.
  const told = message.endsWith(cause.message);
  const name = nameOf(cause, telling);
  const line = `  ${telling.paint("dim", "caused by")} ${name}${told ? "" : `: ${indented(cause.message)}`}`;
  return [...(told && name === UNFORESEEN ? [] : [line]), ...causeLines(cause, inner)];
}

function ofTheCause({ paint, classes }: Telling): Telling {
  return { paint, classes: classes.slice(1) };
}

function saysOnlyThatItWasAborted(error: ErrorEnvelope): error is ErrorEnvelope & { readonly cause: ErrorEnvelope } {
  return error.code === "ABORTED" && error.cause !== undefined;
}

/** Its code. What has none is named for its class, where that says something. */
function nameOf({ code }: ErrorEnvelope, { classes: [own = ""] }: Telling): string {
  return code === UNFORESEEN && own !== "" ? own : code;
}

/** The classes of an error and its causes, each `""` where it says nothing. */
function classesOf(error: unknown, depth = 0): string[] {
  try {
    if (!(error instanceof Error)) return [""];
    const { name, cause } = error;
    const own = name === "Error" ? error.constructor.name : name;
    const inner = cause === undefined || depth >= ERROR_LIMITS.causes ? [] : classesOf(cause, depth + 1);
    return [DadError.is(error) || !/^[A-Z]\w*$/.test(own) || own === "Error" ? "" : own, ...inner];
  } catch {
    return [""];
  }
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
    return DadError.is(error) || errorEnvelope(error).code !== UNFORESEEN ? "" : (error.stack ?? "");
  } catch {
    return "";
  }
}
