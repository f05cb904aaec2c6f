import { type ComponentDefinition, elementsOf } from "@dad/agent";
import type { NodeHandle } from "@dad/engine";
import type { NodePath } from "@dad/protocol";
import type { NodeHistory, RunHistory } from "@dad/run-context";
import type { Assumptions } from "./assumption.ts";

/** Whose turn it is when a walk comes to a node. */
export interface Turn {
  readonly attempt: number;
  /** That attempt is over: what is on record of it is given again. */
  readonly recorded: boolean;
}

/** What is on record of a run, as a walk that goes on in it needs it. */
export interface Turns {
  /** `again`: whatever is on record of the node, it is executed as its next attempt. */
  of(path: NodePath, options?: { readonly again?: boolean }): Turn;
  /** The record of an attempt that is given again, or `undefined` for one that is to be executed. */
  recordOf(handle: NodeHandle): NodeHistory | undefined;
  /** Whether the body of a `try`, or its handler, had come to an end that stands. */
  concluded(path: NodePath): boolean;
  /** Whether it is on record that a `try` caught the failure of its body. */
  caught(path: NodePath): boolean;
  /** The attempts that are given again, in the order in which the walk had been told of them. */
  readonly replay: readonly NodeHandle[];
}

/**
 * What had completed is given again. So is what had failed, where the walk went on from that failure: what came after it was
 * made with it. All else is executed, as its next attempt.
 */
export function turnsAfter(root: ComponentDefinition, history: RunHistory, assume: Assumptions = {}): Turns {
  const { nodes, ended, components } = history;
  const { stands, isCaught, caughtWithin } = standing(root, history);
  const elementAt = elementsOf(root);
  /** One that had not rested rests again, and is told when it has. */
  const wasTold = ({ path, rested, origin }: NodeHistory) =>
    rested === true || origin !== undefined || elementAt(path)?.policy?.sleepAfterMs === undefined;
  return {
    of(path, { again = false } = {}) {
      const before = nodes.get(path);
      if (before === undefined) return { attempt: 1, recorded: false };
      if (!again && stands(before)) return { attempt: before.attempt, recorded: true };
      return { attempt: !again && assume[path]?.done === true ? before.attempt : before.attempt + 1, recorded: false };
    },
    recordOf({ path, attempt }) {
      const before = nodes.get(path);
      return before?.attempt === attempt && stands(before) ? before : undefined;
    },
    concluded: (path) => caughtWithin(path) || ["try", "catch"].some((step) => components.get(`${path}.${step}` as NodePath) === "completed"),
    caught: isCaught,
    replay: [...ended].flatMap((path) => {
      const before = nodes.get(path);
      return before && stands(before) && wasTold(before) ? [{ path, attempt: before.attempt }] : [];
    }),
  };
}

/** What of a record stands, if the definition is still as it says. */
export function standing(root: ComponentDefinition, { handled }: RunHistory) {
  const elementAt = elementsOf(root);

  /** A definition that handles it no more has to do without. */
  function isExcused(path: NodePath): boolean {
    const onFailure = elementAt(path)?.policy?.onFailure ?? "fail";
    return handled.get(path) !== undefined && onFailure !== "fail";
  }

  function isCaught(path: NodePath): boolean {
    const block = elementAt(path)?.definition;
    return handled.get(path) === "catch" && block?.kind === "try" && block.handler !== undefined;
  }

  /** Whether something is in the body of a `try` that caught its failure. */
  function caughtWithin(path: NodePath): boolean {
    if (handled.size === 0) return false;
    for (let at = path.indexOf(".try."); at >= 0; at = path.indexOf(".try.", at + 1)) if (isCaught(path.slice(0, at) as NodePath)) return true;
    return false;
  }

  return {
    isCaught,
    caughtWithin,
    stands: ({ path, state }: NodeHistory): boolean =>
      state === "completed" || (state !== "started" && state !== "parked" && (isExcused(path) || caughtWithin(path))),
  };
}
