import type { Answering } from "@dad/events";
import type { AnsweredBy, InputId, InputRequest, Json } from "@dad/protocol";
import type { RequestHistory } from "@dad/run-context";
import type { AskingRun, Given } from "./answer-desk.ts";
import { problemOf } from "./answer-problem.ts";
import type { AnswerTaking } from "./answer-taking.ts";
import { InputInvalidError } from "./errors.ts";
import type { InboxFeed } from "./inbox-feed.ts";
import type { LiveRequest } from "./live-request.ts";
import type { EarlierAnswer, RequestBook } from "./request-book.ts";
import type { WallClock } from "./wall-clock.ts";

export interface AskAroundOptions {
  readonly run: AskingRun;
  readonly book: RequestBook;
  readonly feed: InboxFeed;
  readonly taking: AnswerTaking;
  readonly clock: WallClock;
  /** Values that were given from outside before the run started. */
  readonly given: (id: InputId) => Json | undefined;
  /** Of a re-run: what the run before was answered to the same question. */
  readonly earlier: (request: InputRequest) => EarlierAnswer | undefined;
}

/** Asks those who may have an answer at once, until one has: the inbox, what was given, the run before, the handlers. */
export type AskAround = (live: LiveRequest, known: RequestHistory | undefined) => Promise<void>;

export function askAround({ run, book, feed, taking, clock, given, earlier }: AskAroundOptions): AskAround {
  const by = (channel: string): AnsweredBy => ({ channel, at: new Date(clock.now()).toISOString() });
  return async (live, known) => {
    const { request, attempt } = live;
    if (known?.state !== "open") {
      const requested = run.record({ type: "input.requested", path: request.path, attempt, request });
      // Whoever ends it before that is on the disk finds it open.
      book.note({ request, path: request.path, state: "open", seq: 0 });
      await requested;
    }
    await feed.look();
    const value = given(request.id);
    if (value !== undefined) return await taking.take(live, { value: checkedStatic(live, value), by: by("static") });
    const before = earlier(request);
    if (before && problemOf(live, before.value) === undefined) return await taking.take(live, before);
    if (known?.overdue !== true) await taking.expiring(live);
    const answered = live.isOver() ? undefined : await askHandlers(run, live, by);
    if (answered) await taking.take(live, answered);
  };
}

async function askHandlers(run: AskingRun, live: LiveRequest, by: (channel: string) => AnsweredBy): Promise<Given | undefined> {
  const { request, over } = live;
  const accept = (value: Json, { channel, who }: Answering): Given => {
    const problem = problemOf(live, value);
    if (problem !== undefined) throw new InputInvalidError(request.id, problem);
    return { value, by: { ...by(channel), ...(who === undefined ? {} : { who }) } };
  };
  const asking = run.ports.events.ask("input", { ...request, runId: run.env.runId }, { accept, signal: over });
  return asking.catch((error: unknown) => {
    // Somebody else has answered while a handler was still thinking.
    if (!live.isOver()) throw error;
    return undefined;
  });
}

/** What was given before the run started, when nothing was known of what it has to fit. @throws InputInvalidError (`INPUT_INVALID`). */
function checkedStatic(live: LiveRequest, value: Json): Json {
  const problem = problemOf(live, value);
  if (problem !== undefined) throw new InputInvalidError(live.request.id, problem, "its static input");
  return value;
}
