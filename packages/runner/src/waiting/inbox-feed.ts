import type { InboxItem } from "@dad/events";
import { type ErrorEnvelope, errorEnvelope, type InboxAnswer, type InboxSignal } from "@dad/protocol";
import { problemsOf } from "../errors.ts";
import { type AnswerDesk, type AskingRun, TIMEOUT } from "./answer-desk.ts";
import { InputExpiredError, InputInvalidError, InputSecretError } from "./errors.ts";
import type { LiveRequest } from "./live-request.ts";

/** Takes what others post for the run. */
export interface InboxFeed {
  /** From now on, what comes is taken as it comes. */
  listen(): void;
  /** Takes all that is there. */
  look(): Promise<void>;
  /** Does something while nothing is taken. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export function inboxFeed(run: AskingRun, desk: AnswerDesk): InboxFeed {
  const { inbox } = desk;
  const { runId } = run.env;
  const closing = new AbortController();
  const deliver = delivery(run, desk);
  let turn: Promise<unknown> = Promise.resolve();
  let listening: Promise<void> | undefined;

  /** What comes twice finds what became of the first. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  async function follow(): Promise<void> {
    try {
      for await (const item of inbox?.follow(runId, { signal: closing.signal }) ?? []) await inTurn(() => deliver(item));
    } catch (error) {
      // Whoever waits for what comes is told, and nobody else needs it.
      run.tell({ type: "handler.failed", event: "inbox", dropped: 0, error: errorEnvelope(error) });
      for (const live of desk.live.values()) live.fail(error);
    }
  }

  return {
    listen: () => void (listening ??= follow()),
    async look() {
      for (const item of (await inbox?.pending(runId)) ?? []) await inTurn(() => deliver(item));
    },
    inTurn,
    async close() {
      closing.abort();
      await listening;
    },
  };
}

function delivery(run: AskingRun, desk: AnswerDesk): (item: InboxItem) => Promise<void> {
  const { inbox, live, book } = desk;
  const taken = new Set(run.history.messages);

  async function deliverSignal(message: InboxSignal): Promise<void> {
    const { id, name, data, by } = message;
    if (!taken.has(id)) await run.record({ type: "custom.emitted", name, data, by, message: id });
    taken.add(id);
    await inbox?.settle(message, "accepted");
  }

  async function deliverAnswer(message: InboxAnswer): Promise<void> {
    const asked = live.get(message.request);
    if (asked && !asked.isOver()) {
      const problem = problemIn(asked, message);
      if (problem) await desk.reject(asked, message.by, problem);
      else await (message.by.channel === TIMEOUT ? desk.expire(asked) : desk.accept(asked, message));
      await inbox?.settle(message, problem ? "rejected" : "accepted");
    } else if (isEnded(message)) await inbox?.settle(message, "accepted");
    // What is not asked yet, or not asked again, waits until it is.
  }

  function isEnded({ request }: InboxAnswer): boolean {
    const state = book.of(request)?.state;
    return state === "answered" || state === "expired";
  }

  return async (item) => {
    if ("unreadable" in item) run.tell({ type: "handler.failed", event: `inbox ${item.unreadable}`, dropped: 0, error: errorEnvelope(item.error) });
    else if (item.message.kind === "signal") await deliverSignal(item.message);
    else await deliverAnswer(item.message);
  };
}

function problemIn({ request, schema }: LiveRequest, { value, by }: InboxAnswer): ErrorEnvelope | undefined {
  const { id, as, expiresAt } = request;
  if (by.channel === TIMEOUT) return undefined;
  if (as === "secret") return errorEnvelope(new InputSecretError(id));
  if (expiresAt !== undefined && request.onTimeout !== "wait" && Date.parse(by.at) > Date.parse(expiresAt))
    return errorEnvelope(new InputExpiredError(id, expiresAt));
  const { error } = schema.safeParse(value);
  return error && errorEnvelope(new InputInvalidError(id, problemsOf(error)));
}
