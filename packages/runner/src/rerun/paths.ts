import { type ComponentDefinition, type Definition, definitionAt, EVERY_ITERATION, iterationOf, walk } from "@dad/agent";
import { nameHint, NodePath } from "@dad/protocol";
import { RerunPathError } from "./errors.ts";

/** Whether something at a path is what a path with `iter_*` means, or in it. */
export function covers(pattern: string, path: string): boolean {
  const steps = path.split(".");
  return pattern.split(".").every((step, at) => {
    const own = steps[at];
    return step === own || (step === EVERY_ITERATION && own !== undefined && iterationOf(own) !== undefined);
  });
}

/** The same for the very thing at a path, and not what is in it. */
export function isMeantBy(pattern: string, path: string): boolean {
  return pattern === path || (pattern.split(".").length === path.split(".").length && covers(pattern, path));
}

export interface PathOption {
  /** For people. */
  readonly option: string;
  readonly path: string;
}

/** @throws RerunPathError (`RERUN_PATH_INVALID`) for a path of nothing, with those that may have been meant. */
export function assertPath(root: ComponentDefinition, { option, path }: PathOption): Definition {
  const found = definitionAt(root, path);
  if (found) return found;
  const all = [...walk(root)].map((placed) => placed.path);
  const ending = path === "" ? [] : all.filter((candidate) => candidate.endsWith(`.${path}`));
  const [only, ...others] = ending;
  if (only === undefined) throw new RerunPathError(option, path, `${root.id} has nothing there; ${nameHint(path, all)}`);
  if (others.length > 0) throw new RerunPathError(option, path, `it could be ${ending.join(" or ")}: give the whole path`);
  throw new RerunPathError(option, path, `give the whole path: did you mean ${only}?`);
}

/** @throws RerunPathError (`RERUN_PATH_INVALID`) also for a path that means several things: a start is one. */
export function startPath(root: ComponentDefinition, path: string): NodePath {
  assertPath(root, { option: "from", path });
  if (!path.includes(EVERY_ITERATION)) return NodePath.parse(path);
  throw new RerunPathError("from", path, `it stands for every iteration: say which, for instance ${path.replaceAll(EVERY_ITERATION, "iter_0")}`);
}

/**
 * Whether a node is a start, in it, or comes after it: later in a sequence that both are in. Other branches of a `parallel`
 * and other items of a `map` go on beside it, so they come not after it.
 */
export function isFrom(root: ComponentDefinition, start: NodePath): (path: NodePath) => boolean {
  const from = start.split(".");
  const around = from.map((_step, at) => sequenceIn(definitionAt(root, from.slice(0, at).join("."))));
  return (path) => {
    const steps = path.split(".");
    const at = from.findIndex((step, index) => step !== steps[index]);
    if (at < 0) return true;
    const [own, than] = [steps[at], from[at]];
    const placeOf = around[at];
    return own !== undefined && than !== undefined && placeOf !== undefined && placeOf(own) > placeOf(than);
  };
}

/** Gives the place of a step in what is executed one after the other; `undefined` where things go on beside each other. */
function sequenceIn(around: Definition | undefined): ((step: string) => number) | undefined {
  switch (around?.kind) {
    case "agent":
    case "flow": {
      const places = new Map<string, number>(around.elements.map(({ id }, place) => [id, place]));
      return (step) => places.get(step) ?? -1;
    }
    case "for_each":
    case "while":
      return (step) => iterationOf(step) ?? 0;
    case "try":
      return (step) => TRY_STEPS.indexOf(step);
    default:
      return undefined;
  }
}

const TRY_STEPS = ["try", "catch", "finally"];
