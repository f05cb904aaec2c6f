import type { Json } from "@dad/protocol";
import { TemplateError } from "./errors.ts";
import { escapeTemplate, parseTemplate } from "./parse-template.ts";
import { renderTemplate } from "./render-template.ts";
import { isList } from "./resolve-reference.ts";
import type { Scope } from "./scope.ts";
import { MAX_DEPTH } from "./template.ts";

/**
 * A copy of a value with every string in it rendered, at every depth. Keys stay as they are.
 *
 * @throws TemplateError as `parseTemplate` and `renderTemplate` do, with the place of the string
 * (`operations[0].path`); `TEMPLATE_LIMIT_EXCEEDED` for more than `MAX_DEPTH` levels.
 */
export function renderValue(value: Json, scope: Scope): Json {
  return mapStrings(value, (text, place) => placed(place, () => renderTemplate(parseTemplate(text), scope)));
}

/** A value that renders as the given one, whatever is in it. @throws TemplateError (`TEMPLATE_LIMIT_EXCEEDED`). */
export function escapeValue(value: Json): Json {
  return mapStrings(value, escapeTemplate);
}

function placed<Result>(place: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof TemplateError && place !== "" ? error.at(place) : error;
  }
}

/** What becomes of a string. Its place is empty when the whole value is the string. */
export type MapString = (text: string, place: string) => Json;

/**
 * A copy of a value with every string in it replaced, at every depth, each told with its place
 * (`operations[0].path`). Keys stay as they are. @throws TemplateError (`TEMPLATE_LIMIT_EXCEEDED`).
 */
export function mapStrings(value: Json, map: MapString): Json {
  return mapAt(value, map, { place: "", depth: 0 });
}

function mapAt(value: Json, map: MapString, { place, depth }: { readonly place: string; readonly depth: number }): Json {
  if (typeof value === "string") return map(value, place);
  if (typeof value !== "object" || value === null) return value;
  if (depth === MAX_DEPTH) throw new TemplateError("TEMPLATE_LIMIT_EXCEEDED", `a value has at most ${MAX_DEPTH} levels`, { place });
  if (isList(value)) return value.map((item, index) => mapAt(item, map, { place: `${place}[${index}]`, depth: depth + 1 }));
  const members = Object.entries(value).map(([key, member]) => [key, mapAt(member, map, { place: memberPlace(place, key), depth: depth + 1 })]);
  // `fromEntries` defines members, so that a key `__proto__` stays a key.
  return Object.fromEntries(members) as Json;
}

function memberPlace(place: string, key: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `${place}[${JSON.stringify(key)}]`;
  return place === "" ? key : `${place}.${key}`;
}
