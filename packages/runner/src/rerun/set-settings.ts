import { type ComponentDefinition, type NodeDefinition, valueOfVariable } from "@dad/agent";
import { isJsonObject, type Json, nameHint, type StaticInputs } from "@dad/protocol";
import { z } from "zod";
import { problemsOf } from "../errors.ts";
import { RerunSetError } from "./errors.ts";
import { compareSpeciality } from "../static-input-index.ts";
import { assertPath, isMeantBy } from "./paths.ts";
import type { RerunOptions, SettingsSet } from "./rerun-options.ts";

/** What is set for a run: of nodes, members of their settings; of components, values of their variables. */
export interface CheckedSet {
  readonly settings: SettingsSet;
  readonly inputs: StaticInputs;
}

/**
 * Tells apart what is set of nodes and of components.
 *
 * @throws RerunPathError (`RERUN_PATH_INVALID`), RerunSetError (`RERUN_SET_INVALID`).
 */
export function checkedSet(root: ComponentDefinition, set: NonNullable<RerunOptions["set"]>, before: SettingsSet = {}): CheckedSet {
  const settings: Record<string, Readonly<Record<string, Json>>> = {};
  const inputs: Record<string, Json> = {};
  for (const [path, members] of Object.entries(set)) {
    const definition = assertPath(root, { option: "set", path });
    const entries = Object.entries(members);
    if (definition.kind === "node") {
      for (const [member, value] of entries) {
        assertMember(definition, { path, member }, value);
        const { [member]: _own, ...others } = members;
        assertPlace(withSet(mergedSet(before, { [path]: others }))(path, definition.settings), { path, member });
      }
      settings[path] = members;
    } else if (definition.kind === "agent" || definition.kind === "flow") {
      for (const [name, value] of entries) assertVariable(definition, { path, name }, value);
      inputs[path] = members;
    } else throw new RerunSetError(path, entries[0]?.[0] ?? "", `it is a ${definition.kind}, of which nothing can be set`);
  }
  return { settings, inputs };
}

/** As far as the schema of the settings says what there is and what it may be. */
function assertMember({ nodeType }: NodeDefinition, { path, member }: { readonly path: string; readonly member: string }, value: Json): void {
  let schema: z.core.$ZodType = nodeType.settings;
  for (const name of member.split(".")) {
    const object = objectOf(schema);
    const inside = object?.shape[name];
    if (inside === undefined && object?.isClosed)
      throw new RerunSetError(
        path,
        member,
        `a node of type "${nodeType.type}" has no setting ${JSON.stringify(name)}; ${nameHint(name, Object.keys(object.shape))}`,
      );
    if (inside === undefined) return;
    schema = inside;
  }
  const { error } = z.safeParse(schema, value);
  if (error) throw new RerunSetError(path, member, `it does not fit: ${problemsOf(error)}`);
}

/** In a list that is there before the run, only an item that it has can be set. */
function assertPlace(settings: Json, { path, member }: { readonly path: string; readonly member: string }): void {
  let at: Json | undefined = settings;
  for (const step of member.split(".")) {
    if (Array.isArray(at)) {
      const items: readonly Json[] = at;
      if (!/^\d+$/.test(step) || Number(step) >= items.length)
        throw new RerunSetError(
          path,
          member,
          `there is a list of ${items.length} items, which has no ${JSON.stringify(step)}: set the list as a whole`,
        );
      at = items[Number(step)];
    } else if (isJsonObject(at)) at = at[step];
    else return;
  }
}

/** What a schema of objects says, also of one that may be missing. */
function objectOf(
  schema: z.core.$ZodType,
): { readonly shape: Readonly<Record<string, z.core.$ZodType | undefined>>; readonly isClosed: boolean } | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "optional" || def.type === "nullable" || def.type === "default" || def.type === "prefault") return objectOf(def.innerType);
  if (def.type !== "object") return undefined;
  return { shape: def.shape, isClosed: def.catchall === undefined || def.catchall._zod.def.type === "never" };
}

function assertVariable({ variables }: ComponentDefinition, { path, name }: { readonly path: string; readonly name: string }, value: Json): void {
  const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (variable === undefined) throw new RerunSetError(path, name, `there is no such variable; ${nameHint(name, Object.keys(variables))}`);
  const fit = valueOfVariable(variable, value);
  if ("problem" in fit) throw new RerunSetError(path, name, `it does not fit: ${fit.problem}`);
}

/** What was set before, and over it what is set now: also of what was set of one iteration, or of a member of what is set as a whole. */
export function mergedSet(before: SettingsSet, now: SettingsSet): SettingsSet {
  const merged: Record<string, Readonly<Record<string, Json>>> = {};
  for (const [path, members] of Object.entries(before)) {
    const over = Object.entries(now).flatMap(([pattern, set]) => (isMeantBy(pattern, path) ? Object.keys(set) : []));
    const left = Object.entries(members).filter(([member]) => !over.some((own) => member === own || member.startsWith(`${own}.`)));
    if (left.length > 0) merged[path] = Object.fromEntries(left);
  }
  for (const [path, members] of Object.entries(now)) merged[path] = { ...merged[path], ...members };
  return merged;
}

/**
 * The settings of a node with what was set of them. What names the very iteration comes last, the outermost loop first, and what
 * is in a member after that member: on record, members are in the order of their names.
 */
export function withSet(set: SettingsSet): (path: string, settings: Json) => Json {
  const paths = Object.keys(set);
  return (path, settings) => {
    let result = settings;
    for (const own of paths.filter((candidate) => isMeantBy(candidate, path)).toSorted(compareSpeciality))
      for (const [member, value] of Object.entries(set[own] ?? {}).toSorted(byDepth)) result = withMember(result, member.split("."), value);
    return result;
  };
}

function byDepth([one]: readonly [string, Json], [other]: readonly [string, Json]): number {
  return one.split(".").length - other.split(".").length;
}

function withMember(settings: Json, [first, ...rest]: readonly string[], value: Json): Json {
  if (first === undefined) return value;
  if (Array.isArray(settings)) {
    const items: readonly Json[] = settings;
    const at = Number(first);
    return Number.isInteger(at) && at >= 0 && at < items.length ? items.with(at, withMember(items[at] ?? null, rest, value)) : items;
  }
  const members = isJsonObject(settings) ? settings : {};
  return { ...members, [first]: withMember(members[first] ?? {}, rest, value) };
}
