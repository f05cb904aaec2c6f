import { type Json, nameHint, nearestName } from "@dad/protocol";
import { type Position, TemplateError } from "./errors.ts";
import { own, type Scope } from "./scope.ts";
import type { Accessor, Reference, ReferenceRoot } from "./template.ts";

/** The value that a reference means. @throws TemplateError (`TEMPLATE_REFERENCE_UNKNOWN`). */
export function resolveReference(reference: Reference, scope: Scope, position: (offset: number) => Position): Json {
  const { root, accessors } = reference;
  let value = root.kind === "variable" ? scope.variable(root.name) : scope.node(root.name);
  if (value === undefined) throw unknownRoot(root, scope, position(root.offset));
  let path = root.kind === "variable" ? root.name : `$hier{${root.name}}`;
  for (const accessor of accessors) {
    const part = partOf(value, accessor);
    if (part === undefined) throw unknownPart(value, accessor, { path, position: position(accessor.offset) });
    value = part;
    path += textOf(accessor);
  }
  return value;
}

/** Items of lists and members that objects own, and nothing else: no length, no prototype. */
function partOf(value: Json, { key }: Accessor): Json | undefined {
  if (isList(value)) return typeof key === "number" ? value[key] : undefined;
  return typeof value === "object" && value !== null ? own(value, String(key)) : undefined;
}

function unknownRoot(root: ReferenceRoot, scope: Scope, position: Position): TemplateError {
  const names = [...(root.kind === "variable" ? scope.variables() : scope.nodes())];
  const problem = `there is no ${root.kind === "variable" ? "variable" : "result of a node"} "${root.name}"; ${nameHint(root.name, names)}`;
  return unknown(problem, position, nearestName(root.name, names));
}

function unknownPart(value: Json, accessor: Accessor, { path, position }: { readonly path: string; readonly position: Position }): TemplateError {
  const wanted = `${path} has no ${textOf(accessor)}`;
  if (isList(value)) return unknown(`${wanted}: it is a list of ${value.length}`, position);
  if (typeof value !== "object" || value === null) return unknown(`${wanted}: it is ${value === null ? "null" : `a ${typeof value}`}`, position);
  const keys = Object.keys(value);
  return unknown(`${wanted}; ${nameHint(String(accessor.key), keys)}`, position, nearestName(String(accessor.key), keys));
}

function unknown(problem: string, position: Position, suggestion?: string): TemplateError {
  return new TemplateError("TEMPLATE_REFERENCE_UNKNOWN", problem, { position, details: suggestion === undefined ? {} : { suggestion } });
}

function textOf({ key }: Accessor): string {
  if (typeof key === "number") return `[${key}]`;
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
