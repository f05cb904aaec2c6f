import { type ComponentDefinition, definitionAt, walk } from "@dad/agent";
import { type Json, messageOf, nameHint } from "@dad/protocol";
import { UsageError } from "../errors.ts";

/** Values by path and field. */
export type SetByPath = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** One value that somebody sets. */
interface SetValue {
  readonly path: string;
  /** Its place in the settings of a node, or the name of a variable of a component. */
  readonly field: string;
  readonly value: Json;
}

/** @throws UsageError (`USAGE_INVALID`) for what is not `<path>.<field>=<json>`, or means nothing in the definition. */
export function parseSetValue(root: ComponentDefinition, text: string): SetValue {
  const at = text.indexOf("=");
  if (at < 0) throw new UsageError(`--set ${text}: give it as <path>.<field>=<json>, for instance ${root.id}.plan.prompt='"Shorter"'`);
  const { path, field } = placeOf(root, text.slice(0, at));
  try {
    return { path, field, value: JSON.parse(text.slice(at + 1)) as Json };
  } catch (error) {
    const quoted = JSON.stringify(text.slice(at + 1));
    throw new UsageError(`--set ${text}: the value is not JSON (${messageOf(error)}). A text is written '${quoted}'`);
  }
}

/** @throws UsageError (`USAGE_INVALID`) also for a field that is set twice. */
export function parseSet(root: ComponentDefinition, texts: readonly string[]): SetByPath {
  const set: Record<string, Record<string, Json>> = {};
  for (const text of texts) {
    const { path, field, value } = parseSetValue(root, text);
    const members = (set[path] ??= {});
    if (Object.hasOwn(members, field)) throw new UsageError(`--set ${text}: ${path}.${field} is set twice`);
    members[field] = value;
  }
  return set;
}

/** The longest beginning that is a path of the definition is the path. */
function placeOf(root: ComponentDefinition, place: string): { readonly path: string; readonly field: string } {
  const steps = place.split(".");
  for (let length = steps.length - 1; length > 0; length--) {
    const path = steps.slice(0, length).join(".");
    if (definitionAt(root, path)) return { path, field: steps.slice(length).join(".") };
  }
  const paths = [...walk(root)].map((placed) => placed.path);
  const reason = definitionAt(root, place) ? "give a field of it, too" : nameHint(steps.slice(0, -1).join("."), paths);
  throw new UsageError(`--set ${place}: there is no such node or component with a field; ${reason}`);
}
