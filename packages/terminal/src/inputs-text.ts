import type { EarlyAnswer, InputsReport, OpenInput } from "@dad/protocol";
import { timeText } from "./duration.ts";
import { statusWord } from "./node-mark.ts";
import type { Paint } from "./paint.ts";
import { hasExpired, requestLines, whoText } from "./request-text.ts";
import { visible } from "./visible.ts";
import type { AnswerCommand } from "./waiting-line.ts";

export interface InputsContext {
  readonly paint: Paint;
  readonly answer: AnswerCommand;
  /** The command that goes on with a run. */
  readonly resume: (runId: string) => string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What runs wait for, run by run, and how they are answered. */
export function inputsText({ inputs, early }: InputsReport, context: InputsContext): string {
  const open = Map.groupBy(inputs, ({ runId }) => runId);
  const kept = Map.groupBy(early, ({ runId }) => runId);
  const runIds = new Set([...open.keys(), ...kept.keys()]);
  return [...runIds]
    .flatMap((runId) => {
      const asked = open.get(runId) ?? [];
      const status = asked[0] ? ` ${statusWord(asked[0].status, context.paint)}` : "";
      const below = [...asked.flatMap((one) => openLines(one, context)), ...(kept.get(runId) ?? []).map(earlyLine)];
      return [`run ${context.paint("bold", runId)}${status}`, ...below.map((line) => `  ${line}`)];
    })
    .join("\n");
}

function openLines({ runId, status, request, answer }: OpenInput, { paint, answer: command, resume, now }: InputsContext): string[] {
  const goesOn = status === "running" ? "the run is about to take it" : resume(runId);
  const answered = answer && `${paint("green", "answered")} ${whoText(answer.by)} at ${timeText(answer.by.at)}, and not taken yet: ${goesOn}`;
  const late = hasExpired(request, now) && `${paint("yellow", "expired")}, which the run finds when it goes on: ${goesOn}`;
  const next = request.as === "secret" ? resume(runId) : command(runId, request.id);
  return [...requestLines(request, { paint, whole: true }), `  ${answered || late || visible(next)}`];
}

function earlyLine({ request, answer: { by } }: EarlyAnswer): string {
  return `${request} is answered ${whoText(by)} at ${timeText(by.at)}, and not asked yet: the answer is kept`;
}
