import { isJsonObject, type Json, messageOf, StaticInputs } from "@dad/protocol";
import { StaticInputsError } from "./errors.ts";

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
  if (!parsed.success) throw new StaticInputsError(place, "it must be a JSON object: values by node path or id", { cause: parsed.error });
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

function parseJson(text: string, place: string): Json {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, "")) as Json;
  } catch (error) {
    const message = messageOf(error);
    throw new StaticInputsError(`${place}${positionIn(text, message)}`, `it is not JSON: ${message}`);
  }
}

/** V8 gives the offset in most of its messages; people want line and column. */
function positionIn(text: string, message: string): string {
  const offset = /position (\d+)/.exec(message)?.[1];
  if (offset === undefined) return "";
  const before = text.slice(0, Number(offset)).split("\n");
  return `:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
