import { assertJson, isJsonObject, type Json, messageOf, type StaticInputs } from "@dad/protocol";
import { StaticInputsError } from "./errors.ts";
import { positionIn, type TextPosition } from "./text-position.ts";
import { type JsonPlaces, type JsonText, keyProblem, MAX_DEPTH, readJsonText } from "./json-text.ts";

/** Static inputs that somebody wrote. */
export interface WrittenInputs {
  readonly values: StaticInputs;
  /** Where the value of a name is written, or the member of that: `inputs.json:3:7`. `undefined` for what is not written there. */
  readonly placeOf: (name: string, member?: string) => string | undefined;
}

/**
 * Reads the text of a `static_inputs.json`: an object of values by path, or by an id that only one element has. `place` names the
 * text in errors: a file, an option.
 *
 * @throws StaticInputsError (`STATIC_INPUTS_INVALID`) with all that is wrong, by line and column.
 */
export function parseStaticInputs(text: string, place: string): WrittenInputs {
  const json = text.replace(/^\uFEFF/, "");
  const at = (offset: number): string => `${place}:${positionIn(json, offset).join(":")}`;
  const { value, problems, members } = readJsonText(json);
  if (problems.length > 0) throw new StaticInputsError(problems.map(({ offset, message }) => `${at(offset)}: ${message}`));
  if (!isJsonObject(value)) throw new StaticInputsError([`${place}: give a JSON object: values by the path, or the id, of what they are for`]);
  return { values: value, placeOf: (...names) => placed(offsetOf(members, names), at) };
}

/**
 * Reads `<path>=<json>`, as it is given on a command line. `place` names it in errors, such as `--input #2`.
 *
 * @throws StaticInputsError (`STATIC_INPUTS_INVALID`).
 */
export function parseStaticInput(assignment: string, place: string): WrittenInputs {
  const equals = assignment.indexOf("=");
  if (equals < 1)
    throw new StaticInputsError([
      `${place} is ${JSON.stringify(assignment)}: write it as <path>=<json>, for instance agent.flow.node={"count":3}${QUOTING}`,
    ]);
  const path = assignment.slice(0, equals);
  const at = (offset: number): string => `${place} (${path}), ${inWords(positionIn(assignment, equals + 1 + offset))}`;
  const read = readJsonText(assignment.slice(equals + 1));
  if (read.problems.length > 0) throw new StaticInputsError(problemsOf(read, at));
  const danger = keyProblem(path, read.value);
  if (danger !== undefined) throw new StaticInputsError([`${place}: ${danger}`]);
  return {
    values: { [path]: read.value },
    placeOf: (name, member) => (name === path ? placed(member === undefined ? 0 : offsetOf(read.members, [member]), at) : undefined),
  };
}

const QUOTING = ". In a shell, put all of it in single quotes";

/** Where a shell has taken the quotes away, most of what is wrong is that. */
function problemsOf({ problems }: JsonText, at: (offset: number) => string): string[] {
  return problems.map(({ offset, message }) => `${at(offset)}: ${message}${message.includes("is in double quotes") ? QUOTING : ""}`);
}

/**
 * Takes values that a program gives, as they are now: what is recorded is what nodes are given, whatever their maker does with them later.
 *
 * @throws StaticInputsError (`STATIC_INPUTS_INVALID`) for what JSON cannot carry, what is nested more than 256 deep, and keys that are lost on the way.
 */
export function takeStaticInputs(inputs: StaticInputs): StaticInputs {
  const problems = isJsonObject(inputs)
    ? Object.entries(inputs).flatMap(([path, value]) => valueProblem(path, value) ?? [])
    : ["static inputs are an object: values by the path, or the id, of what they are for"];
  if (problems.length > 0) throw new StaticInputsError(problems);
  return structuredClone(inputs);
}

function valueProblem(path: string, value: Json): string | undefined {
  try {
    assertJson(value);
  } catch (error) {
    return `static input ${JSON.stringify(path)}: ${messageOf(error)}`;
  }
  const problem = keyProblem(path, value) ?? problemIn(value, 1);
  return problem === undefined ? undefined : `static input ${JSON.stringify(path)}: ${problem}`;
}

function problemIn(value: Json, depth: number): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (depth > MAX_DEPTH) return `it is nested more than ${MAX_DEPTH} deep, and not more than that is taken`;
  for (const [key, member] of Object.entries(value)) {
    const problem = (Array.isArray(value) ? undefined : keyProblem(key, member)) ?? problemIn(member, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function offsetOf(places: JsonPlaces, [name, member]: readonly (string | undefined)[]): number | undefined {
  const found = name === undefined ? undefined : places.get(name);
  return member === undefined ? found?.offset : found?.members.get(member)?.offset;
}

function placed(offset: number | undefined, at: (offset: number) => string): string | undefined {
  return offset === undefined ? undefined : at(offset);
}

function inWords([line, column]: TextPosition): string {
  return line === 1 ? `column ${column}` : `line ${line}, column ${column}`;
}
