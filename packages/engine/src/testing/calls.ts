import { once } from "node:events";
import { type Json, NodePath } from "@dad/protocol";
import type { EngineContext, NodeCall, NodeExecutor, NodeOutcome } from "../engine.ts";

export function call(path: string, rest: Partial<Omit<NodeCall, "path">> = {}): NodeCall {
  return { attempt: 1, settings: null, ...rest, path: NodePath.parse(path) };
}

export function completed(value: Json): NodeOutcome {
  return { status: "completed", value };
}

/** Of a drive that nobody aborts. */
export const unaborted: AbortSignal = new AbortController().signal;

/** Waits for so many attempts. Gives what became of them by their paths, in the order in which they were told. */
export async function told({ next }: EngineContext, count: number): Promise<Readonly<Record<string, NodeOutcome>>> {
  const outcomes: Record<string, NodeOutcome> = {};
  for (let left = count; left > 0; left -= 1) {
    const { handle, outcome } = await next();
    outcomes[handle.path] = outcome;
  }
  return outcomes;
}

/** An interpreter that starts these calls at once and waits for all of them. */
export function allOf(...calls: readonly NodeCall[]): (context: EngineContext) => Promise<Readonly<Record<string, NodeOutcome>>> {
  return (context) => {
    for (const call of calls) context.start(call);
    return told(context, calls.length);
  };
}

/** Completes at once, with what it was called with. */
export const echo: NodeExecutor = async ({ path, attempt, settings }) => completed({ path, attempt, settings });

/** Ends only when it is aborted, as a long command does. */
export const untilAborted: NodeExecutor = async (_call, { signal }) => {
  if (!signal.aborted) await once(signal, "abort");
  throw signal.reason;
};

/** Never ends, whatever its signal says. */
export const deaf: NodeExecutor = () => new Promise(() => {});

/** An executor whose attempts end when the test says so. */
export function manual() {
  const attempts = new Map<string, PromiseWithResolvers<NodeOutcome>>();
  const of = (path: string) => {
    const attempt = attempts.get(path) ?? Promise.withResolvers<NodeOutcome>();
    attempts.set(path, attempt);
    return attempt;
  };
  const execute: NodeExecutor = ({ path }) => of(path).promise;
  const end = (path: string, outcome: NodeOutcome = completed(path)) => of(path).resolve(outcome);
  return { execute, end };
}
