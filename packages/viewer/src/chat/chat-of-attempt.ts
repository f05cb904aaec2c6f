import type { ArtifactEntry, Json, ReportRun } from "@dad/protocol";
import { contentOf, jsonOf, stateText } from "../contents/content-of.ts";
import { memberOf } from "../json/parse-json.ts";
import type { Chat, ChatStep } from "./chat.ts";
import { readChat } from "./read-chat.ts";

export interface KeptConversation {
  /** Absent: what was asked is not in the report, and `missing` says why. */
  readonly chat?: Chat;
  /** What of it is not in the report, and why. */
  readonly missing: readonly string[];
}

/** Whether an attempt asked a model: it kept the request, and with it what it may need to go on. */
export function hasChat(artifacts: readonly ArtifactEntry[], run: Pick<ReportRun, "contents">): boolean {
  if (artifacts.some(({ name }) => name === "reply" || STEP.test(name))) return true;
  const state = artifacts.find(({ name }) => name === "state");
  // Other nodes keep other things under this name.
  return memberOf(jsonOf(contentOf(run, state?.digest))?.value, "request") !== undefined;
}

const STEP = /^steps\/(\d{1,6})\/(reply|results)$/;

/** The conversation of an attempt that asked a model. */
export function chatOfAttempt(artifacts: readonly ArtifactEntry[], run: Pick<ReportRun, "contents">): KeptConversation {
  const missing: string[] = [];
  const valueOf = (name: string): Json | undefined => {
    const entry = artifacts.find((known) => known.name === name);
    if (!entry) return undefined;
    const content = contentOf(run, entry.digest);
    const value = jsonOf(content)?.value;
    if (value === undefined) missing.push(`${name}: ${stateText(content) ?? "This is no JSON."}`);
    return value;
  };
  const state = valueOf("state");
  const request = memberOf(state, "request");
  const numbers = [...new Set(artifacts.flatMap(({ name }) => STEP.exec(name)?.[1] ?? []))].map(Number).sort((left, right) => left - right);
  const steps: ChatStep[] = numbers.map((step) => ({ reply: valueOf(`steps/${step}/reply`), results: valueOf(`steps/${step}/results`) }));
  const last = valueOf("reply");
  if (last !== undefined) steps.push({ reply: last });
  if (request === undefined && steps.length === 0) return { missing };
  return { chat: readChat({ model: memberOf(state, "model"), request: request ?? null, steps }), missing };
}
