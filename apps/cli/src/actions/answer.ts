import { randomUUID } from "node:crypto";
import { localStore } from "@dad/local";
import type { AnswerReport, InboxAnswer, InputRequest, Json, RunId } from "@dad/protocol";
import { readHistory } from "@dad/run-context";
import { jsonText, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { RunOverError, SecretAnswerError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { findRunRootThere } from "../project/find-project.ts";
import { findRequest } from "../project/find-request.ts";
import { findRun } from "../project/find-run.ts";
import { type AnswerFlags, answerMissing, givenAnswer } from "../project/given-answer.ts";
import { type CommandLine, commandLine } from "../project/next-commands.ts";
import { postedAnswers } from "../project/posted-answers.ts";
import { whoIsHere } from "../project/who-is-here.ts";
import { terminalPrompts } from "../prompts/terminal-prompts.ts";
import { answeredText, answerText, type PostedAnswer } from "../terminal/answer-text.ts";
import { hostRedactor } from "../terminal/host-secrets.ts";
import { leaving } from "../terminal/leaving.ts";
import { resumeRun } from "./resume-run.ts";

export interface AnswerRunFlags extends AnswerFlags {
  readonly comment?: string;
  readonly resume?: true;
  readonly runRoot?: string;
  readonly json?: true;
}

/** What somebody answers, as they wrote it. */
export interface Wanted {
  readonly runId: string;
  readonly request: string | undefined;
}

/** Answers what a run asks, or will ask, and tells what comes of it. */
export async function answerRequest(wanted: Wanted, flags: AnswerRunFlags): Promise<number> {
  offerOwnPackages();
  const cwd = process.cwd();
  const runRoot = await findRunRootThere({ cwd, runRoot: flags.runRoot });
  const line = await commandLine({ cwd, runRoot, clone: process.env["DAD_CLONE"] });
  const posted = await posting({ wanted, runRoot, line, cwd }, flags);
  if (posted === undefined) return EXIT.cancelled;
  const goesOn = flags.resume && posted.run.status !== "running";
  if (!goesOn) {
    process.stdout.write(flags.json ? jsonText(reportOf(posted)) : `${answerText(visible(posted), line)}\n`);
    return EXIT.done;
  }
  // On stdout is how the run went.
  process.stderr.write(`${answeredText(visible(posted))}\n`);
  return await resumeRun(posted.run.runId, undefined, { runRoot, ...(flags.json ? { json: flags.json } : {}) });
}

interface Posting {
  readonly wanted: Wanted;
  readonly runRoot: string;
  readonly line: CommandLine;
  readonly cwd: string;
}

/** Nothing when somebody was asked, and did not answer. */
async function posting({ wanted, runRoot, line, cwd }: Posting, flags: AnswerRunFlags): Promise<PostedAnswer | undefined> {
  await using store = localStore({ runRoot });
  const run = await findRun(store, wanted.runId);
  const { runId, status } = run;
  if (status === "completed") throw new RunOverError(runId);
  const { requests } = await readHistory(store.journals, runId);
  const found = findRequest({ run, requests, posted: await postedAnswers(store, runId), now: Date.now() }, wanted.request);
  if (found.request?.as === "secret") throw new SecretAnswerError(found.id, line("resume", runId));
  const given = (await givenAnswer(flags, found, cwd)) ?? (await asked(found, { runId, flags, line }));
  if (given === undefined) return undefined;
  // What is in the inbox, anybody may read who reads the record.
  const secrets = hostRedactor();
  const message: InboxAnswer = {
    format: "dad.inbox/1",
    kind: "answer",
    id: randomUUID(),
    runId,
    request: found.id,
    value: secrets.json(given.value),
    by: whoIsHere(flags.comment && secrets.text(flags.comment)),
  };
  await store.inbox.post(message);
  // Whoever works on it may have come, or gone, meanwhile.
  return { run: await findRun(store, runId), posted: await postedAnswers(store, runId), found, message };
}

/** What else is told at the terminal. */
const NOTHING_ELSE = { pause: () => ({ [Symbol.dispose]: () => undefined }) };

/** @throws UsageError (`USAGE_INVALID`) when there is nobody at a terminal to ask. */
async function asked(
  { id, request }: { readonly id: string; readonly request: InputRequest | undefined },
  { runId, flags, line }: { readonly runId: RunId; readonly flags: AnswerRunFlags; readonly line: CommandLine },
): Promise<{ readonly value: Json } | undefined> {
  const prompts = flags.json || request === undefined ? undefined : terminalPrompts(NOTHING_ELSE, (run, answered) => line("answer", run, answered));
  if (!prompts || !request) throw answerMissing({ id, request });
  using leave = leaving();
  const value = await prompts({ ...request, runId }, { signal: leave.signal });
  return value === undefined ? undefined : { value };
}

function reportOf({ run: { runId, status }, found, message: { request, value, by } }: PostedAnswer): AnswerReport {
  return { format: "dad.answer/1", runId, status, request, asked: found.isOpen, value, by };
}
