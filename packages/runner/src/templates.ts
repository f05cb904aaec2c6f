import { join } from "node:path";
import { type Json, type NodePath, nodeDirectory, type RunEnvParams } from "@dad/protocol";
import { type CompiledValue, compileValue, type Scope } from "@dad/template";
import { INPUT_DIRECTORY } from "@dad/run-context";
import { frameOfVariable, type LoopStarts, nodeNames, outputOf, variableNames } from "./frame.ts";
import { known } from "./unknown.ts";
import type { Render, RenderPlace } from "./walk.ts";

/** The variables that every template has. A component's own of the same name comes first. */
export const BUILT_IN_VARIABLES = [
  "runId",
  "runDir",
  "runRoot",
  "effectiveRunRoot",
  "workspace",
  "inputDirectory",
  "nodeId",
  "nodePath",
  "nodeDirectory",
  "componentPath",
] as const;

type BuiltIn = (typeof BUILT_IN_VARIABLES)[number];

export interface TemplatesOf {
  readonly env: RunEnvParams;
  readonly workspace: string;
  readonly starts: LoopStarts;
}

/** Renders what a definition holds. Each piece of it is parsed once, however often it is rendered. */
export function templateRenderer({ env, workspace, starts }: TemplatesOf): Render {
  const compiled = new Map<Json, CompiledValue>();
  const ofRun = variablesOfRun(env, workspace);

  function ownOfRun(name: string, { own, plain }: RenderPlace): string | undefined {
    const value = ofRun(name);
    if (value !== undefined) own?.add(name);
    return value !== undefined && plain ? `$var{${name}}` : value;
  }

  function scopeAt(place: RenderPlace): Scope {
    const { frame, path, reads } = place;
    return {
      variable(name) {
        const at = frameOfVariable(frame, name);
        for (const source of at?.sources?.[name] ?? []) reads?.add(source);
        // `null` is a value.
        return at === undefined ? (ofNode(name, path) ?? ownOfRun(name, place)) : known(at.variables[name], () => `the variable ${name}`);
      },
      variables: () => [...variableNames(frame), ...BUILT_IN_VARIABLES],
      node(name) {
        const found = outputOf(frame, name, starts);
        if (found) reads?.add(found.path as NodePath);
        return known(found?.value, () => `what ${found?.path} gives`);
      },
      nodes: () => nodeNames(frame),
    };
  }

  return (data, place) => {
    let render = compiled.get(data);
    if (render === undefined) {
      render = compileValue(data);
      compiled.set(data, render);
    }
    return render(scopeAt(place));
  };
}

function variablesOfRun({ runId, runDir, runRoot, effectiveRunRoot }: RunEnvParams, workspace: string): (name: string) => string | undefined {
  const inputDirectory = join(runDir, INPUT_DIRECTORY);
  const values: Partial<Record<BuiltIn, string>> = { runId, runDir, runRoot, effectiveRunRoot, workspace, inputDirectory };
  return (name) => (Object.hasOwn(values, name) ? values[name as BuiltIn] : undefined);
}

function ofNode(name: string, path: NodePath): string | undefined {
  switch (name) {
    case "nodePath":
      return path;
    case "nodeDirectory":
      return nodeDirectory(path);
    case "nodeId":
      return path.slice(path.lastIndexOf(".") + 1);
    case "componentPath":
      return path.slice(0, Math.max(0, path.lastIndexOf(".")));
    default:
      return undefined;
  }
}
