import { type AnswerCommand, type Progress, terminalAnswers } from "@dad/terminal";
import { editorOf } from "./editor.ts";

/** Asks who is at the terminal what the run waits for. Nothing when nobody is there: stdin or stderr is none. */
export function terminalPrompts(progress: Pick<Progress, "pause">, answer: AnswerCommand): ReturnType<typeof terminalAnswers> | undefined {
  const { stdin, stderr, env } = process;
  if (!stdin.isTTY || !stderr.isTTY) return undefined;
  return terminalAnswers({
    input: stdin,
    output: stderr,
    progress,
    editor: editorOf(env),
    term: env["TERM"],
    // As if the terminal had done it, which it does not while a prompt reads keys.
    interrupt: () => process.emit("SIGINT", "SIGINT") || process.kill(process.pid, "SIGINT"),
    later: ({ runId, id }) => `not answered now; later: ${answer(runId, id)}`,
  });
}
