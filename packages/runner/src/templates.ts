import { type Json, type NodePath, nodeDirectory, type RunEnvParams } from "@dad/protocol";
import { type CompiledValue, compileValue, type Scope } from "@dad/template";
import { type Frame, type LoopStarts, nodeNames, outputOf, variableNames, variableOf } from "./frame.ts";
import type { Render } from "./walk.ts";

/** The variables that every template has. A component's own of the same name comes first. */
export const BUILT_IN_VARIABLES = [
  "runId",
  "runDir",
  "runRoot",
  "effectiveRunRoot",
  "workspace",
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
  const { runId, runDir, runRoot, effectiveRunRoot } = env;
  const ofRun: Partial<Record<BuiltIn, string>> = { runId, runDir, runRoot, effectiveRunRoot, workspace };

  function builtIn(name: string, path: NodePath): string | undefined {
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
        return Object.hasOwn(ofRun, name) ? ofRun[name as BuiltIn] : undefined;
    }
  }

  function scopeAt(frame: Frame | undefined, path: NodePath): Scope {
    return {
      variable(name) {
        const value = variableOf(frame, name);
        // `null` is a value.
        return value === undefined ? builtIn(name, path) : value;
      },
      variables: () => [...variableNames(frame), ...BUILT_IN_VARIABLES],
      node: (name) => outputOf(frame, name, starts),
      nodes: () => nodeNames(frame),
    };
  }

  return (data, frame, path) => {
    let render = compiled.get(data);
    if (render === undefined) {
      render = compileValue(data);
      compiled.set(data, render);
    }
    return render(scopeAt(frame, path));
  };
}
