import type { AnsweredBy, InputRequest } from "@dad/protocol";
import { timeText } from "./duration.ts";
import type { Paint } from "./paint.ts";
import { choicesOf } from "./prompts/choices-of.ts";
import { resolvedSchema } from "./prompts/json-schema.ts";
import { schemaText } from "./schema-text.ts";
import { oneLine } from "./stream-tail.ts";
import { visible } from "./visible.ts";

const MOST_OF_A_PROMPT = 200;
const MOST_CHOICES = 8;

/** What a request asks, in one line. */
export function promptLine({ prompt }: Pick<InputRequest, "prompt">): string {
  const line = oneLine(prompt);
  return line.length > MOST_OF_A_PROMPT ? `${line.slice(0, MOST_OF_A_PROMPT).replace(/[\ud800-\udbff]$/, "")}…` : line;
}

/** What answers a request, and how `dad answer` is told: `yes or no (--yes, --no)`. */
export function fittingText(request: Pick<InputRequest, "schema" | "choices" | "as">): string {
  if (request.as === "secret") return "a secret: it is written nowhere, and given to dad resume in a terminal";
  const chosen = choicesOf(request);
  if (chosen) {
    const labels = chosen.items.map(({ label, hint }) => oneLine(hint === undefined ? label : `${label} (${hint})`));
    return chosen.several ? `any of ${listText(labels, "and")} (--choice, repeated)` : `${listText(labels, "or")} (--choice)`;
  }
  const { type } = resolvedSchema(request.schema, request.schema);
  if (type === "boolean") return "yes or no (--yes, --no)";
  if (type === "string") return "a text (--text, --file)";
  return `${visible(schemaText(request.schema))} (--value, --file)`;
}

function listText(labels: readonly string[], word: "and" | "or"): string {
  const [last, ...others] = labels.toReversed();
  if (labels.length > MOST_CHOICES) return `${labels.slice(0, MOST_CHOICES).join(", ")}, … ${word} ${labels.length - MOST_CHOICES} more`;
  return others.length === 0 ? `${last}` : `${others.toReversed().join(", ")} ${word} ${last}`;
}

const THEN = {
  fail: "then the node fails",
  deny: "then the answer is no",
  default: "then the usual answer is taken",
  wait: "then it is told, and goes on to wait",
} as const;

/** Until when it may be answered, and what happens then. `undefined`: without end. */
function untilText({ expiresAt, onTimeout = "fail" }: Pick<InputRequest, "expiresAt" | "onTimeout">): string | undefined {
  return expiresAt === undefined ? undefined : `until ${timeText(expiresAt)}, ${THEN[onTimeout]}`;
}

/** Nobody may answer it any more, whether the run has noticed or not. */
export function hasExpired({ expiresAt, onTimeout }: Pick<InputRequest, "expiresAt" | "onTimeout">, now: number): boolean {
  return expiresAt !== undefined && onTimeout !== "wait" && Date.parse(expiresAt) < now;
}

/** `by ada (cli)` */
export function whoText({ who, channel }: AnsweredBy): string {
  return who === undefined ? `by ${oneLine(channel)}` : `by ${oneLine(who)} (${oneLine(channel)})`;
}

export interface RequestLook {
  readonly paint: Paint;
  /** The prompt as it was written, and not only how it begins. */
  readonly whole?: boolean;
}

/** A request for input, for people: which one, what it asks, what answers it, until when. */
export function requestLines(request: InputRequest, { paint, whole = false }: RequestLook): string[] {
  const until = untilText(request);
  const below = [fittingText(request), ...(until === undefined ? [] : [until])].map((line) => `  ${line}`);
  const prompt = visible(request.prompt).trimEnd();
  if (!whole || !prompt.includes("\n")) return [`${paint("bold", request.id)}: ${whole ? prompt : promptLine(request)}`, ...below];
  return [`${paint("bold", request.id)}:`, ...prompt.split("\n").map((line) => `  ${paint("dim", "│")} ${line}`.trimEnd()), ...below];
}
