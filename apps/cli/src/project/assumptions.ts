import { createInterface } from "node:readline/promises";
import { type ComponentDefinition, definitionAt } from "@dad/agent";
import { DadError, type Json, messageOf, type NodePath } from "@dad/protocol";
import type { RunHistory } from "@dad/run-context";
import { type Assumption, type Assumptions, checkResume, openQuestions } from "@dad/runner";
import type { Redactor } from "@dad/secrets";
import { AgentChangedError, NobodyToAskError, type OpenQuestion, RunCancelledError, UsageError } from "../errors.ts";
import { shapeText } from "./shape-text.ts";

export interface AssumptionFlags {
  /** `<path>` or `<path>=<json>` each. */
  readonly assumeDone?: readonly string[];
  /** Node paths, or `true` for all. */
  readonly assumeNotDone?: readonly string[] | true;
}

/** A run that is to go on, and with what. */
export interface Resumed {
  readonly definition: ComponentDefinition;
  /** Where the definition is from. */
  readonly file: string;
  readonly history: RunHistory;
  readonly allowChanged: boolean;
  /** Knows the secrets that the run is free of. */
  readonly redactor: Redactor;
}

/**
 * What a person says of the nodes of which nobody knows whether they did their work: on the command line, or when asked at
 * a terminal. Nobody is asked before what was said is known to be possible.
 *
 * @throws NobodyToAskError (`NODE_OUTCOME_UNKNOWN`), UsageError (`USAGE_INVALID`), AgentChangedError (`DEFINITION_CHANGED`), `ASSUMPTION_INVALID`.
 */
export async function assumptionsOf(resumed: Resumed, flags: AssumptionFlags): Promise<Assumptions> {
  const unknown = openQuestions(resumed.definition, resumed.history, resumed);
  const said = saidOf(unknown, flags);
  assertPossible(resumed, { ...notDone(unknown), ...said });
  const open = unknown.filter((path) => !Object.hasOwn(said, path)).map((path) => ({ path, gives: shapeAt(resumed.definition, path) }));
  if (open.length === 0) return said;
  if (!process.stdin.isTTY) throw new NobodyToAskError(open);
  const assume = { ...said, ...(await ask(open)) };
  assertPossible(resumed, assume);
  return assume;
}

function notDone(paths: readonly string[]): Assumptions {
  return Object.fromEntries(paths.map((path) => [path, { done: false }] as const));
}

/** As the runner does, and says what a node gives where something else was said. */
function assertPossible({ definition, file, history, allowChanged, redactor }: Resumed, assume: Assumptions): void {
  try {
    checkResume(definition, history, { assume, allowChanged, redactor });
  } catch (error) {
    if (DadError.is(error, "DEFINITION_CHANGED")) throw new AgentChangedError(file, error);
    const path = DadError.is(error, "ASSUMPTION_INVALID") ? error.details?.["path"] : undefined;
    const gives = typeof path === "string" && assume[path]?.done ? shapeAt(definition, path) : undefined;
    if (gives === undefined) throw error;
    throw new DadError("ASSUMPTION_INVALID", `${messageOf(error)}. It gives ${gives}`, { details: { path: path ?? null }, cause: error });
  }
}

function shapeAt(definition: ComponentDefinition, path: string): string | undefined {
  const node = definitionAt(definition, path);
  return node?.kind === "node" ? shapeText(node.nodeType.output) : undefined;
}

function saidOf(unknown: readonly NodePath[], { assumeDone = [], assumeNotDone = [] }: AssumptionFlags): Assumptions {
  const done = assumeDone.map(doneOf);
  const twice = done.find(([path]) => assumeNotDone !== true && assumeNotDone.includes(path));
  if (twice) throw new UsageError(`node ${twice[0]} is assumed to be done and not to be done: choose one`);
  return { ...notDone(assumeNotDone === true ? unknown : assumeNotDone), ...Object.fromEntries(done) };
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

async function ask(open: readonly OpenQuestion[]): Promise<Assumptions> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answers: Record<string, Assumption> = {};
  try {
    for (const { path, gives } of open) {
      const told = gives === undefined || gives === "null" ? "" : ` It gives ${gives}.`;
      const question = `node ${path} was interrupted, and what it does must not be done twice.${told} Did it do its work? [y/N, or what it gave as JSON] `;
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
