import type { NodeHandle } from "@dad/engine";
import type { NodePath } from "@dad/protocol";
import type { NodeHistory, RunHistory } from "@dad/run-context";
import type { ResumeOptions } from "./resume.ts";

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
  /** The attempts that are given again, in the order in which they had ended. */
  readonly replay: readonly NodeHandle[];
}

/**
 * What had completed is given again. So is what had failed, where the walk went on from that failure: what came after it was
 * made with it. All else is executed, as its next attempt.
 */
export function turnsAfter({ nodes, ended, handled, components }: RunHistory, assume: ResumeOptions["assume"] = {}): Turns {
  const caught = [...handled].filter(([, by]) => by === "catch").map(([path]) => `${path}.try.`);
  const stands = ({ path, state }: NodeHistory): boolean => {
    if (state === "started") return false;
    return state === "completed" || handled.has(path) || caught.some((body) => path.startsWith(body));
  };
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
    concluded: (path) => components.get(path) === "completed",
    replay: [...ended].flatMap((path) => {
      const before = nodes.get(path);
      return before && stands(before) ? [{ path, attempt: before.attempt }] : [];
    }),
  };
}
