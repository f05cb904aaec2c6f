import { createInterface } from "node:readline/promises";
import { type Json, messageOf, type NodePath } from "@dad/protocol";
import type { Assumption } from "@dad/runner";
import { NobodyToAskError, RunCancelledError, UsageError } from "../errors.ts";

export interface AssumptionFlags {
  /** `<path>` or `<path>=<json>` each. */
  readonly assumeDone?: readonly string[];
  /** Node paths, or `true` for all. */
  readonly assumeNotDone?: readonly string[] | true;
}

/**
 * What a person says of the nodes of which nobody knows whether they did their work: on the command line, or when asked at
 * a terminal.
 *
 * @throws NobodyToAskError (`NODE_OUTCOME_UNKNOWN`), UsageError (`USAGE_INVALID`).
 */
export async function assumptionsOf(unknown: readonly NodePath[], flags: AssumptionFlags): Promise<Record<string, Assumption>> {
  const said = saidOf(unknown, flags);
  const open = unknown.filter((path) => !Object.hasOwn(said, path));
  if (open.length === 0) return said;
  if (!process.stdin.isTTY) throw new NobodyToAskError(open);
  return { ...said, ...(await ask(open)) };
}

function saidOf(unknown: readonly NodePath[], { assumeDone = [], assumeNotDone = [] }: AssumptionFlags): Record<string, Assumption> {
  const notDone = assumeNotDone === true ? unknown : assumeNotDone;
  const done = assumeDone.map(doneOf);
  const twice = done.find(([path]) => assumeNotDone !== true && assumeNotDone.includes(path));
  if (twice) throw new UsageError(`node ${twice[0]} is assumed to be done and not to be done: choose one`);
  return { ...Object.fromEntries(notDone.map((path) => [path, { done: false }] as const)), ...Object.fromEntries(done) };
}

function doneOf(text: string): readonly [path: string, assumption: Assumption] {
  const at = text.indexOf("=");
  if (at < 0) return [text, { done: true, value: null }];
  try {
    return [text.slice(0, at), { done: true, value: JSON.parse(text.slice(at + 1)) as Json }];
  } catch (error) {
    throw new UsageError(`--assume-done ${text}: what the node gave is not JSON: ${messageOf(error)}`);
  }
}

async function ask(paths: readonly NodePath[]): Promise<Record<string, Assumption>> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answers: Record<string, Assumption> = {};
  try {
    for (const path of paths) {
      const question = `node ${path} was interrupted, and what it does must not be done twice. Did it do its work? [y/N, or what it gave as JSON] `;
      answers[path] = answerOf((await asking.question(question)).trim());
    }
  } catch (error) {
    // Ctrl-C or Ctrl-D instead of an answer.
    if (error instanceof Error && error.name === "AbortError") throw new RunCancelledError("SIGINT");
    throw error;
  } finally {
    asking.close();
  }
  return answers;
}

function answerOf(text: string): Assumption {
  if (text === "" || /^no?$/i.test(text)) return { done: false };
  if (/^y(es)?$/i.test(text)) return { done: true, value: null };
  try {
    return { done: true, value: JSON.parse(text) as Json };
  } catch {
    throw new UsageError(`${JSON.stringify(text)} is no answer: say y, n, or what the node gave as JSON`);
  }
}
