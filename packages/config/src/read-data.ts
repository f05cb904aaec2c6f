import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { JsonPlaces } from "@dad/run-context";
import { looksLikeSecret } from "@dad/secrets";
import { type ConfigProblem, ConfigInvalidError, ConfigUnreadableError } from "./errors.ts";
import { pathText, type Problem } from "./problems.ts";

type Path = readonly PropertyKey[];
type Position = readonly [line: number, column: number];

/** What a file of data says. */
export interface WrittenData {
  readonly file: string;
  readonly value: unknown;
  /** A problem of the value, with the line and the column of where it is, or of what it is in. */
  readonly placed: (problem: Problem) => ConfigProblem;
}

/**
 * Reads a file of JSON, strictly, or of YAML.
 *
 * @throws ConfigUnreadableError (`CONFIG_UNREADABLE`), ConfigInvalidError (`CONFIG_INVALID`) with line and column of all that is no JSON or YAML. Nothing of
 * the file is quoted but keys of JSON.
 */
export async function readData(file: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<WrittenData> {
  const text = await textOf(file, options?.signal);
  const parsed = /^\.ya?ml$/i.test(extname(file)) ? await yamlOf(text) : await jsonOf(text);
  if ("problems" in parsed) throw new ConfigInvalidError(file, parsed.problems);
  const { value, positionOf } = parsed;
  return { file, value, placed: ({ path, message }) => problemAt(positionOf(path), message, path) };
}

async function textOf(file: string, signal: AbortSignal | undefined): Promise<string> {
  const bytes = await readFile(file, { signal }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new ConfigUnreadableError(file, (cause as Error).message, cause);
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigUnreadableError(file, "it is no text in UTF-8", cause);
  }
}

interface Parsed {
  readonly value: unknown;
  readonly positionOf: (path: Path) => Position | undefined;
}
type Read = Parsed | { readonly problems: readonly ConfigProblem[] };

function problemAt(position: Position | undefined, message: string, path: Path = []): ConfigProblem {
  return { path: pathText(path), message, ...(position ? { line: position[0], column: position[1] } : {}) };
}

/** Profiles, their members, aliases, what these consist of, and a little more. */
const PLACED_DEPTH = 8;

async function jsonOf(text: string): Promise<Read> {
  const { positionIn, readJsonText } = await import("@dad/run-context");
  const { value, problems, members } = readJsonText(text, { placedDepth: PLACED_DEPTH });
  if (problems.length > 0) return { problems: problems.map(({ offset, message }) => problemAt(positionIn(text, offset), ofJson(message))) };
  const positionOf = (path: Path): Position | undefined => {
    let here: { readonly offset: number; readonly members: JsonPlaces } = { offset: 0, members };
    for (const step of path) {
      const below = here.members.get(String(step));
      if (!below) break;
      here = below;
    }
    return positionIn(text, here.offset);
  };
  return { value, positionOf };
}

async function yamlOf(text: string): Promise<Read> {
  const { LineCounter, parseDocument, isAlias, isMap, isNode, isScalar, isSeq, visit } = await import("yaml");
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const at = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return [line, col];
  };
  if (document.errors.length > 0) return { problems: document.errors.map(({ message, pos: [start] }) => problemAt(at(start), ofYaml(message))) };
  const positionOf = (path: Path): Position | undefined => {
    let [node, offset]: [unknown, number] = [document.contents, 0];
    for (const step of path) {
      const within: unknown = isAlias(node) ? node.resolve(document) : node;
      const pair = isMap(within) ? within.items.find(({ key }) => isScalar(key) && String(key.value) === String(step)) : undefined;
      const item: unknown = isSeq(within) ? within.items[Number(step)] : pair?.value;
      const place: unknown = pair?.key ?? item;
      if (!isNode(place)) break;
      [node, offset] = [item, place.range?.[0] ?? offset];
    }
    return at(offset);
  };
  const lost: ConfigProblem[] = [];
  visit(document, {
    Alias(_, alias) {
      if (!alias.resolve(document)) lost.push(problemAt(at(alias.range?.[0] ?? 0), "there is no anchor (&) of this name before it"));
    },
  });
  if (lost.length > 0) return { problems: lost };
  try {
    return { value: document.toJS(), positionOf };
  } catch {
    return { problems: [{ path: "", message: "it refers to itself so often that nobody can read it" }] };
  }
}

/** What the reader of JSON says of keys, and of what is no word. */
const OF_NO_VALUE =
  /^(?:a key|the key|after the key|it has|it is nested|JSON has no comments|there is|the text ends|this text|this backslash|a text holds|a comma|a value has to be here)\b/;

/** What it says of values may have them in it, and they may be secrets. Keys are none, as a rule. */
function ofJson(message: string): string {
  if (OF_NO_VALUE.test(message) && !message.split('"').some(looksLikeSecret)) return message;
  return 'this is no value of JSON: a text is in double quotes ("), with a backslash before those in it, and a number has digits alone';
}

/** What the reader of YAML quotes comes last. */
function ofYaml(message: string): string {
  return message.split(/[:"'`]/)[0]?.trim() ?? "this is no YAML";
}
