import { isDefinition } from "./definition.ts";

/** Says what was given where a definition was wanted, to the person who has to change it. */
export function nameOfGiven(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === "string") return `the text ${JSON.stringify(value)}`;
  if (typeof value === "function")
    return value.name === "" ? "a function: call it, and give what it returns" : `the function ${value.name}: call it, and give what it returns`;
  if (typeof value !== "object") return `a ${typeof value}`;
  if (Array.isArray(value)) return "an array";
  if (value instanceof Promise) return "a Promise: await it";
  return nameOfObject(value);
}

function nameOfObject(value: object): string {
  if (isDefinition(value)) return `the ${value.kind} ${JSON.stringify(value.id)}`;
  const { kind, component, nodeType } = value as {
    readonly kind?: unknown;
    readonly component?: unknown;
    readonly nodeType?: { readonly type?: unknown };
  };
  if (kind === "bound" && isDefinition(component)) return `${nameOfGiven(component)} with values for its variables`;
  if (kind === "node") return `a node${typeof nodeType?.type === "string" ? ` of type "${nodeType.type}"` : ""}`;
  const members = Object.keys(value);
  return members.length === 0 ? "an object without members" : `an object with the members ${members.join(", ")}`;
}
