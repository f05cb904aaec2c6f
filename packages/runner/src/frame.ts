import type { Variables } from "@dad/agent";
import { isJsonObject, type Json, type NodePath } from "@dad/protocol";

/** What the templates of one component see: its variables, what its elements gave so far, and all of that of the components around it. */
export interface Frame {
  readonly path: NodePath;
  readonly variables: Variables;
  /** By element id. A nested component's is an object of its own elements' outputs. */
  readonly outputs: Map<string, Json>;
  readonly parent: Frame | undefined;
}

/** The value of a variable: of the nearest component that has it. */
export function variableOf(frame: Frame | undefined, name: string): Json | undefined {
  for (let at = frame; at; at = at.parent) if (Object.hasOwn(at.variables, name)) return at.variables[name];
  return undefined;
}

/**
 * What a node gave. A path is looked up from the component it is used in outwards (`plan`, then
 * `fix.plan` for one inside a nested flow), and from the root (`coder.fix.plan`).
 */
export function outputOf(frame: Frame | undefined, path: string): Json | undefined {
  const [first = "", ...rest] = path.split(".");
  for (let at = frame; at; at = at.parent) {
    if (at.outputs.has(first)) return member(at.outputs.get(first), rest);
    const [second = "", ...beyond] = rest;
    if (!at.parent && at.path === first) return member(at.outputs.get(second), beyond);
  }
  return undefined;
}

function member(value: Json | undefined, path: readonly string[]): Json | undefined {
  let at = value;
  for (const step of path) {
    if (!isJsonObject(at) || !Object.hasOwn(at, step)) return undefined;
    at = at[step];
  }
  return at;
}

/** Every name that would find something, for suggestions. */
export function variableNames(frame: Frame | undefined): string[] {
  const names = new Set<string>();
  for (let at = frame; at; at = at.parent) for (const name of Object.keys(at.variables)) names.add(name);
  return [...names].sort();
}

export function nodeNames(frame: Frame | undefined): string[] {
  const names = new Set<string>();
  for (let at = frame; at; at = at.parent) for (const id of at.outputs.keys()) names.add(id);
  return [...names].sort();
}

export function childFrame(parent: Frame | undefined, path: NodePath, variables: Variables): Frame {
  return { path, variables, outputs: new Map(), parent };
}
