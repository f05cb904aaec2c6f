import { isJsonObject, type Json, messageOf, StaticInputs } from "@dad/protocol";
import { StaticInputsError } from "./errors.ts";
import { repeatedKey } from "./repeated-key.ts";

/**
 * Reads the text of a `static_inputs.json`. `place` names it in errors: a file, an option.
 *
 * @throws StaticInputsError (`STATIC_INPUTS_INVALID`) with line and column.
 */
export function parseStaticInputs(text: string, place: string): StaticInputs {
  const value = parseJson(text, place);
  // The schema would drop it without a word.
  if (isJsonObject(value) && Object.hasOwn(value, "__proto__")) throw new StaticInputsError(place, '"__proto__" is the path of nothing');
  const parsed = StaticInputs.safeParse(value);
  if (!parsed.success) throw new StaticInputsError(place, problemOf(parsed.error.issues), { cause: parsed.error });
  return parsed.data;
}

/**
 * Reads `<path>=<json>`, as it is given on a command line.
 *
 * @throws StaticInputsError (`STATIC_INPUTS_INVALID`).
 */
export function parseStaticInput(assignment: string): readonly [path: string, value: Json] {
  const at = assignment.indexOf("=");
  if (at < 1)
    throw new StaticInputsError(`input ${JSON.stringify(assignment)}`, 'write it as <path>=<json>, for instance agent.flow.node={"count":3}');
  const path = assignment.slice(0, at);
  return [path, parseJson(assignment.slice(at + 1), `input ${path}`)];
}

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function problemOf([issue]: readonly Problem[]): string {
  if (issue === undefined || issue.path.length === 0) return "it must be a JSON object: values by node path or id";
  return `the value of ${JSON.stringify(String(issue.path[0]))}: ${issue.message}`;
}

function parseJson(text: string, place: string): Json {
  const json = text.replace(/^\uFEFF/, "");
  const value = valueOf(json, place);
  const repeated = repeatedKey(json);
  // Whatever reads it next might take the other one.
  if (repeated)
    throw new StaticInputsError(`${place}${positionIn(json, repeated.offset)}`, `it has ${JSON.stringify(repeated.key)} twice in one object`);
  return value;
}

function valueOf(json: string, place: string): Json {
  try {
    return JSON.parse(json) as Json;
  } catch (error) {
    const message = messageOf(error);
    // V8 gives the offset in most of its messages; people want line and column.
    const offset = /position (\d+)/.exec(message)?.[1];
    throw new StaticInputsError(`${place}${offset === undefined ? "" : positionIn(json, Number(offset))}`, `it is not JSON: ${message}`);
  }
}

function positionIn(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
