import type { Json } from "@dad/protocol";
import { TemplateError } from "./errors.ts";
import { MAX_DEPTH } from "./limits.ts";
import { escapeTemplate, parseTemplate } from "./parse-template.ts";
import { renderTemplate } from "./render-template.ts";
import type { Scope } from "./scope.ts";
import { isList } from "./value-type.ts";

/** A value whose templates have been read, for rendering it any number of times. */
export type CompiledValue = (scope: Scope) => Json;

/**
 * Reads every string in a value as a template, at every depth, so that rendering costs only what depends on the scope. Keys stay
 * as they are. Parts without a placeholder are not copied: every rendering gives the same ones.
 *
 * @throws TemplateError as `parseTemplate` does, with the place of the string (`operations[0].path`); the function that it gives
 * as `renderTemplate` does. `TEMPLATE_LIMIT_EXCEEDED` for more than `MAX_DEPTH` levels.
 */
export function compileValue(value: Json): CompiledValue {
  return compiled(value, TOP) ?? (() => value);
}

/** A value with every string in it rendered, for once: {@link compileValue} and its function, with their errors. */
export function renderValue(value: Json, scope: Scope): Json {
  return compileValue(value)(scope);
}

/** Where a part stands in a value, and how deep. */
interface Place {
  readonly place: string;
  readonly depth: number;
}

const TOP: Place = { place: "", depth: 0 };

/** `undefined` for what renders as it is. */
function compiled(value: Json, at: Place): CompiledValue | undefined {
  if (typeof value === "string") return compiledText(value, at.place);
  if (typeof value !== "object" || value === null) return undefined;
  if (isList(value)) {
    const items = value.map((item, index) => compiled(item, itemPlace(at, index)));
    if (items.every((item) => item === undefined)) return undefined;
    return (scope) => {
      return value.map((item, index) => {
        const render = items[index];
        return render ? render(scope) : item;
      });
    };
  }
  const members = Object.entries(value).map(([key, member]) => ({ key, member, render: compiled(member, memberPlace(at, key)) }));
  if (members.every(({ render }) => render === undefined)) return undefined;
  // `fromEntries` defines members, so that a key `__proto__` stays a key.
  return (scope) => Object.fromEntries(members.map(({ key, member, render }) => [key, render ? render(scope) : member]));
}

function compiledText(text: string, place: string): CompiledValue | undefined {
  // Most strings are none. This is quicker than reading them.
  if (!text.includes("$")) return undefined;
  const template = placed(place, () => parseTemplate(text));
  if (template.parts.length === 1 && template.parts[0] === text) return undefined;
  return (scope) => placed(place, () => renderTemplate(template, scope));
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
  return mapAt(value, map, TOP);
}

function mapAt(value: Json, map: MapString, at: Place): Json {
  if (typeof value === "string") return map(value, at.place);
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map((item, index) => mapAt(item, map, itemPlace(at, index)));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapAt(member, map, memberPlace(at, key))]));
}

function itemPlace({ place, depth }: Place, index: number): Place {
  return inside({ place: `${place}[${index}]`, depth });
}

function memberPlace({ place, depth }: Place, key: string): Place {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return inside({ place: `${place}[${JSON.stringify(key)}]`, depth });
  return inside({ place: place === "" ? key : `${place}.${key}`, depth });
}

function inside({ place, depth }: Place): Place {
  if (depth === MAX_DEPTH) throw new TemplateError("TEMPLATE_LIMIT_EXCEEDED", `a value has at most ${MAX_DEPTH} levels`, { place });
  return { place, depth: depth + 1 };
}
