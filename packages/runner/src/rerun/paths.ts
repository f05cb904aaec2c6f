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
  const around = from.map((_step, at) => definitionAt(root, from.slice(0, at).join(".")));
  return (path) => {
    const steps = path.split(".");
    const at = from.findIndex((step, index) => step !== steps[index]);
    if (at < 0) return true;
    const [own, than] = [steps[at], from[at]];
    return own !== undefined && than !== undefined && isLater(around[at], own, than);
  };
}

function isLater(around: Definition | undefined, step: string, than: string): boolean {
  switch (around?.kind) {
    case "agent":
    case "flow": {
      const place = (id: string) => around.elements.findIndex((element) => element.id === id);
      return place(step) > place(than);
    }
    case "for_each":
    case "while":
      return (iterationOf(step) ?? 0) > (iterationOf(than) ?? 0);
    case "try":
      return TRY_STEPS.indexOf(step) > TRY_STEPS.indexOf(than);
    default:
      return false;
  }
}

const TRY_STEPS = ["try", "catch", "finally"];
