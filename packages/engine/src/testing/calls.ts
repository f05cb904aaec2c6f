import { once } from "node:events";
import { type Json, NodePath } from "@dad/protocol";
import type { NodeCall, NodeExecutor, NodeOutcome } from "../engine.ts";

export function call(path: string, { attempt = 1, settings = null }: { readonly attempt?: number; readonly settings?: Json } = {}): NodeCall {
  return { path: NodePath.parse(path), attempt, settings };
}

export function completed(value: Json): NodeOutcome {
  return { status: "completed", value };
}

/** Of a drive that nobody aborts. */
export const unaborted: AbortSignal = new AbortController().signal;

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
  return { execute, complete: (path: string) => of(path).resolve(completed(path)) };
}
