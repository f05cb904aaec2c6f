import { isJsonObject, type Json } from "@dad/protocol";
import { numberProblem, shown, wordProblem } from "./json-words.ts";

/** Something that is wrong in a JSON text, and where: the UTF-16 code unit at which it begins. */
export interface JsonTextProblem {
  readonly offset: number;
  readonly message: string;
}

/** What a text says, when there are no problems. */
export interface JsonText {
  readonly value: Json;
  readonly problems: readonly JsonTextProblem[];
  /** Of an object: where the values of its members begin, and of those that are objects, where those of their members do. */
  readonly members: JsonPlaces;
}

export type JsonPlaces = ReadonlyMap<string, { readonly offset: number; readonly members: JsonPlaces }>;
type Places = Map<string, { readonly offset: number; readonly members: JsonPlaces }>;

/** How deep arrays and objects may stand in one another: what wraps a value in more of them must still be JSON for `canonicalJson`. */
export const MAX_DEPTH = 256;
/** Whoever has more mistakes has others to mend first. */
const MOST_PROBLEMS = 20;
const PLACED_DEPTH = 2;

export interface JsonTextOptions {
  /** How deep in one another objects are whose members are in `members`. Default 2. */
  readonly placedDepth?: number;
}

const NO_PLACES: JsonPlaces = new Map();

const ODD_SPACE = /[\u00A0\u1680\u2000-\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF\v\f]/;
const NUMBER = /^(?:[+-]?(?:\.?\d[\w.+-]*|Infinity\b|NaN\b)|[+-])/;
const WORD = /^[\p{ID_Start}_$][\p{ID_Continue}$-]*/u;
/** A pattern looks at no more of a text than this: on millions of characters it would run out of stack. */
const LONGEST_WORD = 1024;
/** What people, and the programs in which they write, put in the place of double quotes. */
const OTHER_QUOTES: Readonly<Record<string, string>> = {
  "'": "'",
  "`": "`",
  "\u201C": "\u201D",
  "\u201E": "\u201C",
  "\u2018": "\u2019",
  "\u00AB": "\u00BB",
};

interface Reader {
  readonly text: string;
  readonly problems: JsonTextProblem[];
  readonly placedDepth: number;
  at: number;
  depth: number;
  /** Nothing can be said of what follows. */
  stopped: boolean;
}

/**
 * Reads a JSON text strictly (RFC 8259), and says all that is wrong with it in the words of whoever wrote it. Besides what is no
 * JSON, problems are what different readers take for different things: a key twice in one object, keys by which a careless reader
 * changes what other objects inherit, integers that no double holds, halves of characters, and what is nested too deep. It never throws.
 */
export function readJsonText(text: string, { placedDepth = PLACED_DEPTH }: JsonTextOptions = {}): JsonText {
  const reader: Reader = { text, problems: [], placedDepth, at: 0, depth: 0, stopped: false };
  const members: Places = new Map();
  const value = readValue(reader, members);
  skip(reader);
  if (reader.at < text.length) stop(reader, "there is something after the end of the value: a text of JSON is one value");
  return { value, problems: reader.problems.toSorted((one, other) => one.offset - other.offset), members };
}

function say(reader: Reader, offset: number, message: string): void {
  if (reader.stopped) return;
  reader.problems.push({ offset, message });
  if (reader.problems.length === MOST_PROBLEMS) reader.stopped = true;
}

function stop(reader: Reader, message: string, offset = reader.at): void {
  say(reader, offset, message);
  reader.stopped = true;
  reader.at = reader.text.length;
}

function take(reader: Reader, pattern: RegExp): string | undefined {
  const found = pattern.exec(reader.text.slice(reader.at, reader.at + LONGEST_WORD))?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
}

/** Passes over white space, and over what is none in JSON and people take for it. */
function skip(reader: Reader): void {
  const { text } = reader;
  for (; reader.at < text.length; reader.at += 1) {
    const character = text[reader.at] ?? "";
    if (character === " " || character === "\n" || character === "\t" || character === "\r") continue;
    const comment = endOfComment(text, reader.at);
    if (comment !== undefined) say(reader, reader.at, "JSON has no comments: remove it");
    else if (ODD_SPACE.test(character))
      say(reader, reader.at, `there is the invisible character ${codeOf(character)}, which is no white space in JSON: remove it`);
    else return;
    reader.at = (comment ?? reader.at + 1) - 1;
  }
}

/** Where a comment of another language ends that begins here. */
function endOfComment(text: string, at: number): number | undefined {
  const close = text.startsWith("/*", at) ? "*/" : text.startsWith("//", at) || text[at] === "#" ? "\n" : undefined;
  if (close === undefined) return undefined;
  const end = text.indexOf(close, at + 1);
  return end < 0 ? text.length : end + close.length;
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function readValue(reader: Reader, places?: Places): Json {
  skip(reader);
  const start = reader.at;
  const next = reader.text[start];
  if (next === "{") return readObject(reader, places);
  if (next === "[") return readArray(reader);
  const text = readText(reader);
  if (text !== undefined) return text;
  const number = take(reader, NUMBER);
  if (number !== undefined) return numberOf(reader, { start, number });
  const word = take(reader, WORD);
  if (word === "true" || word === "false") return word === "true";
  if (word === "null") return null;
  if (word !== undefined) say(reader, start, wordProblem(word));
  else if (next === undefined) stop(reader, start === 0 ? "there is nothing: give a value" : "the text ends where a value has to be");
  else stop(reader, `a value has to be here, and not ${JSON.stringify(characterAt(reader))}`);
  return null;
}

function characterAt({ text, at }: Reader): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function numberOf(reader: Reader, { start, number }: { readonly start: number; readonly number: string }): Json {
  const problem = numberProblem(number);
  if (problem === undefined) return Number(number);
  say(reader, start, problem);
  return null;
}

/** A text in quotes of any kind. `undefined`: there is none. */
function readText(reader: Reader): string | undefined {
  const { text, at: start } = reader;
  const open = text[start] ?? "";
  const close = open === '"' ? '"' : OTHER_QUOTES[open];
  if (close === undefined) return undefined;
  const { end, isEscaped, problem } = scanText(text, start, close);
  if (end === undefined) {
    stop(reader, `this text does not end in its line: its second ${close} is missing, or a line break in it has to be written as \\n`);
    return "";
  }
  reader.at = end;
  if (problem) say(reader, problem.offset, problem.message);
  const inside = text.slice(start + 1, end - 1);
  if (close !== '"') say(reader, start, `a text is in double quotes (") and no others: write ${JSON.stringify(shown(inside))}`);
  if (problem || close !== '"') return inside;
  const value = isEscaped ? (JSON.parse(text.slice(start, end)) as string) : inside;
  if (!value.isWellFormed()) say(reader, start, "this text holds a lone surrogate, which is half of a character: write the whole one");
  return value;
}

interface ScannedText {
  /** After its second quote. */
  readonly end: number | undefined;
  readonly isEscaped: boolean;
  readonly problem: JsonTextProblem | undefined;
}

const ESCAPE = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/;

function scanText(text: string, start: number, close: string): ScannedText {
  let isEscaped = false;
  let problem: JsonTextProblem | undefined;
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === close) return { end: at + 1, isEscaped, problem };
    if (character === "\n" || character === "\r") break;
    if (character === "\\") {
      isEscaped = true;
      const message = "this backslash means nothing in a text of JSON: a backslash itself is written as \\\\";
      if (!ESCAPE.test(text.slice(at, at + 6))) problem ??= { offset: at, message };
      at += 1;
    } else if (character < " ")
      problem ??= { offset: at, message: `a text holds the control character ${codeOf(character)}: write it as ${escapeOf(character)}` };
  }
  return { end: undefined, isEscaped, problem };
}

function escapeOf(character: string): string {
  return JSON.stringify(character).slice(1, -1);
}

function readArray(reader: Reader): Json {
  const items: Json[] = [];
  readItems(reader, { close: "]", what: "array" }, () => void items.push(readValue(reader)));
  return items;
}

function readObject(reader: Reader, places?: Places): Json {
  const members: Record<string, Json> = {};
  readItems(reader, { close: "}", what: "object" }, () => readMember(reader, members, places));
  return members;
}

function readMember(reader: Reader, members: Record<string, Json>, places: Places | undefined): void {
  const start = reader.at;
  const key = readKey(reader);
  if (key === undefined) return;
  skip(reader);
  if (reader.text[reader.at] !== ":") return stop(reader, `after the key ${JSON.stringify(key)} there has to be a colon`);
  reader.at += 1;
  skip(reader);
  const below: Places | undefined = places && reader.depth < reader.placedDepth ? new Map() : undefined;
  const offset = reader.at;
  const value = readValue(reader, below);
  if (Object.hasOwn(members, key)) return say(reader, start, `it has ${JSON.stringify(key)} twice in one object: keep one of them`);
  const danger = keyProblem(key, value);
  if (danger !== undefined) return say(reader, start, danger);
  members[key] = value;
  places?.set(key, { offset, members: below ?? NO_PLACES });
}

/** Why a member is not taken whose key means something else than data to many programs. */
export function keyProblem(key: string, value: unknown): string | undefined {
  const isDangerous = key === "__proto__" || (key === "constructor" && isJsonObject(value) && Object.hasOwn(value, "prototype"));
  if (!isDangerous) return undefined;
  return `the key ${JSON.stringify(key)}${key === "constructor" ? ' with a "prototype" in it' : ""} is refused: many programs lose it, or change other objects by it. Name it otherwise`;
}

function readKey(reader: Reader): string | undefined {
  const start = reader.at;
  const text = readText(reader);
  if (text !== undefined) return text;
  const word = take(reader, WORD) ?? take(reader, NUMBER);
  if (word === undefined) stop(reader, `a key in double quotes has to be here, and not ${JSON.stringify(characterAt(reader))}`);
  else say(reader, start, `a key is in double quotes: write ${JSON.stringify(shown(word))}`);
  return word;
}

interface Brackets {
  readonly close: "]" | "}";
  readonly what: "array" | "object";
}

/** What stands between two brackets, with commas between. */
function readItems(reader: Reader, { close, what }: Brackets, item: () => void): void {
  const start = reader.at;
  if (reader.depth === MAX_DEPTH) return stop(reader, `it is nested more than ${MAX_DEPTH} deep, and not more than that is taken`);
  reader.depth += 1;
  reader.at += 1;
  for (let comma: number | undefined, first = true; !reader.stopped; first = false) {
    skip(reader);
    const next = reader.text[reader.at];
    if (next === close) {
      if (comma !== undefined) say(reader, comma, `there is a comma before the end of the ${what}: remove it`);
      reader.at += 1;
      break;
    }
    if (next === undefined || next === "]" || next === "}") return stop(reader, unclosed(reader, { start, close, what }));
    if (!first && comma === undefined) say(reader, reader.at, "a comma is missing before this");
    item();
    comma = takeComma(reader);
  }
  reader.depth -= 1;
}

function unclosed({ text, at }: Reader, { start, close, what }: Brackets & { readonly start: number }): string {
  const line = text.slice(0, start).split("\n").length;
  const found = text[at] === undefined ? "the text ends" : `there is a ${text[at]}`;
  return `${found}, and the ${what} that begins in line ${line} is not closed: a ${close} is missing`;
}

function takeComma(reader: Reader): number | undefined {
  skip(reader);
  if (reader.text[reader.at] !== ",") return undefined;
  reader.at += 1;
  return reader.at - 1;
}
