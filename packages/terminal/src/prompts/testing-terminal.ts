import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import type { InputHandler } from "@dad/events";
import { InputRequest, type Json, RunId } from "@dad/protocol";
import { terminalAnswers, type TerminalAnswersOptions } from "./terminal-answers.ts";

const request = { id: "agent.ask:plan", path: "agent.ask", key: "plan", prompt: "What shall it be?", question: `sha256:${"0".repeat(64)}` };

/** What somebody is asked, in a run. */
export function requestFor(asked: object): Parameters<InputHandler>[0] {
  return { ...InputRequest.parse({ ...request, ...asked }), runId: RunId.parse("run_1") };
}

/** Somebody at a terminal who answers with these lines or keys, one for each time it is waited for. */
export function terminalOf(given: readonly string[], { prompt, end }: { readonly prompt: RegExp; readonly end: string }) {
  const input = new PassThrough();
  const waiting = [...given];
  let text = "";
  let read = 0;
  const write = (piece: string): boolean => {
    text += piece;
    const found = prompt.exec(text.slice(read));
    const next = found && waiting.shift();
    if (found && next !== undefined) {
      read += found.index + found[0].length;
      setImmediate(() => input.write(`${next}${end}`));
    }
    return true;
  };
  const output = Object.assign(new EventEmitter(), { columns: 80, rows: 24, write }) as unknown as NodeJS.WriteStream;
  return { input, output, shown: () => text, left: () => waiting };
}

const LINES = { prompt: /> $/, end: "\n" };

/** The answer that somebody gives line by line, and what they saw. */
export async function answeredByLines(
  asked: object,
  given: readonly string[],
  options: Partial<TerminalAnswersOptions> = {},
): Promise<{ readonly answer: Json | undefined; readonly shown: string }> {
  const { input, output, shown, left } = terminalOf(given, LINES);
  const answers = terminalAnswers({ input, output, term: "dumb", interrupt() {}, ...options });
  const answer = await answers(requestFor(asked), { signal: new AbortController().signal });
  if (left().length > 0) throw new Error(`nobody asked for ${JSON.stringify(left())}:\n${shown()}`);
  return { answer, shown: shown() };
}
