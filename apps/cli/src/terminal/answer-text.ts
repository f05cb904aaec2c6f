import type { InboxAnswer, Json, RunDetails } from "@dad/protocol";
import type { FoundRequest } from "../project/find-request.ts";
import type { CommandLine } from "../project/next-commands.ts";
import { goingOnText } from "./going-on-text.ts";

/** An answer that is in the inbox of its run. */
export interface PostedAnswer {
  /** As it stands now. */
  readonly run: RunDetails;
  /** All that the run has not taken yet. */
  readonly posted: readonly InboxAnswer[];
  readonly found: FoundRequest;
  readonly message: InboxAnswer;
}

const SHOWN = 200;

/** What was answered. Its data is taken as it is: make it visible before. */
export function answeredText({ found, message: { request, value } }: PostedAnswer): string {
  const early = `it is not asked yet, so nobody knows whether that fits: it is kept until it is asked${meant(found.nearest)}`;
  return [`${request} is answered: ${valueText(value)}`, ...(found.request ? [] : [early])].join("\n");
}

/** The same, and what comes of it. */
export function answerText(posted: PostedAnswer, line: CommandLine): string {
  const { run } = posted;
  const answered = new Set([posted.message, ...posted.posted].map(({ request }) => request));
  const others = (run.requests ?? []).filter(({ id }) => !answered.has(id));
  const left = others.length === 1 ? `${others[0]?.id}` : `${others.length} other answers`;
  return [
    answeredText(posted),
    goingOnText(run, line),
    ...(others.length === 0 ? [] : [`it also waits for ${left}: ${line("inputs", run.runId)}`]),
  ].join("\n");
}

function meant(nearest: string | undefined): string {
  return nearest === undefined ? "" : `. ${nearest} is asked now: was that meant?`;
}

function valueText(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN).replace(/[\ud800-\udbff]$/, "")}…` : text;
}
