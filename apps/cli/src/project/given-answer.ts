import { answerProblems, choicesOf, fittingText, promptLine } from "@dad/terminal";
import { type InputRequest, type Json, nameHint } from "@dad/protocol";
import { AnswerInvalidError, UsageError } from "../errors.ts";
import type { FoundRequest } from "./find-request.ts";
import { parseJson } from "./parse-json.ts";
import { readGiven } from "./read-given.ts";

/** How somebody writes an answer. One of them. */
export interface AnswerFlags {
  readonly value?: string;
  readonly text?: string;
  readonly file?: string;
  readonly choice?: readonly string[];
  readonly yes?: true;
  readonly no?: true;
}

const AS_TEXT = "For a text, there is --text";

/**
 * The answer that is written out, or nothing when none is.
 *
 * @throws UsageError (`USAGE_INVALID`); AnswerInvalidError (`INPUT_INVALID`) for what does not fit the question, as far as that is known.
 */
export async function givenAnswer(flags: AnswerFlags, { id, request }: FoundRequest, cwd: string): Promise<{ readonly value: Json } | undefined> {
  const value = await writtenOut(flags, { id, request }, cwd);
  if (value === undefined) return undefined;
  const problems = request ? answerProblems(request, value) : [];
  if (request && problems.length > 0) throw new AnswerInvalidError(id, { problems, fits: fittingText(request) });
  return { value };
}

type Asked = Pick<FoundRequest, "id" | "request">;

async function writtenOut({ value, text, file, choice, yes, no }: AnswerFlags, asked: Asked, cwd: string): Promise<Json | undefined> {
  if (value !== undefined) return parseJson(value, { place: "--value", remedy: AS_TEXT });
  if (text !== undefined) return text;
  if (file !== undefined) return fromFile(file, await readGiven(file, cwd), asked);
  if (choice !== undefined) return chosen(choice, asked);
  if (yes) return true;
  return no ? false : undefined;
}

function fromFile(file: string, content: string, { request }: Asked): Json {
  // Editors, and echo, end a text with a line break.
  if (request?.schema["type"] === "string") return content.replace(/\r?\n$/, "");
  return parseJson(content, { place: file === "-" ? "stdin" : file, remedy: AS_TEXT });
}

function chosen(words: readonly string[], { id, request }: Asked): Json {
  if (!request) throw new UsageError(`--choice: ${id} is not asked yet, and nobody knows its choices: give --value <json> or --text <text>`);
  const choices = choicesOf(request);
  if (!choices) throw new UsageError(`--choice: ${id} has no choices. It takes ${fittingText(request)}`);
  if (!choices.several && words.length > 1) throw new UsageError(`--choice: ${id} takes one choice, and not ${words.length}`);
  const values = words.map((word) => valueOf(word, choices.items, id));
  return choices.several ? values : (values[0] ?? null);
}

type Items = readonly { readonly value: Json; readonly label: string }[];

/** By its label, its value, or either of them in another case. */
function valueOf(word: string, items: Items, id: string): Json {
  const lower = word.toLowerCase();
  const found =
    items.find(({ label }) => label === word) ??
    items.find(({ value }) => wordOf(value) === word) ??
    items.find(({ label, value }) => label.toLowerCase() === lower || wordOf(value).toLowerCase() === lower);
  if (found) return found.value;
  const labels = items.map(({ label }) => label);
  throw new UsageError(`--choice ${word}: ${id} has no such choice; ${nameHint(word, labels)}`);
}

function wordOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Says how a request is answered, where somebody has not. */
export function answerMissing({ id, request }: { readonly id: string; readonly request: InputRequest | undefined }): UsageError {
  if (!request) return new UsageError(`${id}: say what the answer is: --value <json>, --text <text>, --file <file>, --yes or --no`);
  return new UsageError(`${id} asks ${JSON.stringify(promptLine(request))}: say what the answer is. It takes ${fittingText(request)}`);
}
