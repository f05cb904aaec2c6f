import { type InboxItem, InputAnsweredError } from "@dad/events";
import {
  type AnsweredBy,
  canonicalJson,
  type ErrorEnvelope,
  errorEnvelope,
  type InboxAnswer,
  type InboxSignal,
  type InputId,
  type InputRequest,
} from "@dad/protocol";
import type { RequestHistory, RunHistory } from "@dad/run-context";
import { type AnswerDesk, type AskingRun, TIMEOUT } from "./answer-desk.ts";
import { problemOf } from "./answer-problem.ts";
import { InputExpiredError, InputInvalidError, InputSecretError } from "./errors.ts";
import type { LiveRequest } from "./live-request.ts";

/** Takes what others post for the run. */
export interface InboxFeed {
  /** From now on, what comes is taken as it comes. */
  listen(): void;
  /** Takes all that is there, and says which requests it is for. */
  look(): Promise<ReadonlySet<InputId>>;
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
      const items = (await inbox?.pending(runId)) ?? [];
      for (const item of items) await inTurn(() => deliver(item));
      return new Set(items.flatMap((item) => ("message" in item && item.message.kind === "answer" ? [item.message.request] : [])));
    },
    inTurn,
    async close() {
      closing.abort();
      await listening;
      await turn;
    },
  };
}

function delivery(run: AskingRun, desk: AnswerDesk): (item: InboxItem) => Promise<void> {
  const { inbox, live, book } = desk;
  const taken = new Set(run.history.messages);
  const refusals = refusalsOf(run.history);

  async function deliverSignal(message: InboxSignal): Promise<void> {
    const { id, name, data, by } = message;
    if (!taken.has(id)) await run.record({ type: "custom.emitted", name, data, by, message: id });
    taken.add(id);
    await inbox?.settle(message, "accepted");
  }

  /** What is not asked yet, or not asked again, waits until it is. */
  async function deliverAnswer(message: InboxAnswer): Promise<void> {
    const asked = live.get(message.request);
    const known = book.of(message.request);
    if (refusals.has(message)) return await inbox?.settle(message, "rejected");
    if (asked && !asked.isOver()) {
      const problem = problemIn(asked, message);
      if (problem) return refuse(asked.request, message, problem);
      await (message.by.channel === TIMEOUT ? desk.expire(asked) : desk.accept(asked, message));
      await inbox?.settle(message, "accepted");
    } else if (known?.state === "answered" || known?.state === "expired") {
      if (isTaken(known, message)) await inbox?.settle(message, "accepted");
      else await refuse(known.request, message, errorEnvelope(new InputAnsweredError(known.request.id, takenBy(known))));
    }
  }

  async function refuse(request: InputRequest, message: InboxAnswer, problem: ErrorEnvelope): Promise<void> {
    await desk.reject(request, message, problem);
    refusals.add(message);
    await inbox?.settle(message, "rejected");
  }

  return async (item) => {
    if ("unreadable" in item) run.tell({ type: "handler.failed", event: `inbox ${item.unreadable}`, dropped: 0, error: errorEnvelope(item.error) });
    else if (item.message.kind === "signal") await deliverSignal(item.message);
    else await deliverAnswer(item.message);
  };
}

/** What comes twice is refused once, also when settling it was missed. */
function refusalsOf({ refused }: RunHistory) {
  const own = new Set<string>();
  const keyOf = ({ request, id }: InboxAnswer): string => `${request} ${id}`;
  return {
    has: (message: InboxAnswer) => own.has(keyOf(message)) || refused.get(message.request)?.has(message.id) === true,
    add: (message: InboxAnswer) => void own.add(keyOf(message)),
  };
}

/** Whoever gave it was the one who answered: only settling it was missed. */
function isTaken({ state, by }: RequestHistory, message: InboxAnswer): boolean {
  if (state === "expired") return message.by.channel === TIMEOUT;
  return canonicalJson(by ?? null) === canonicalJson(message.by);
}

function takenBy({ by, request: { expiresAt } }: RequestHistory): AnsweredBy {
  return by ?? { channel: TIMEOUT, at: expiresAt ?? new Date(0).toISOString() };
}

function problemIn(asked: LiveRequest, { value, by }: InboxAnswer): ErrorEnvelope | undefined {
  const { id, as, expiresAt } = asked.request;
  if (by.channel === TIMEOUT) return undefined;
  if (as === "secret") return errorEnvelope(new InputSecretError(id));
  if (expiresAt !== undefined && asked.request.onTimeout !== "wait" && Date.parse(by.at) > Date.parse(expiresAt))
    return errorEnvelope(new InputExpiredError(id, expiresAt));
  const problem = problemOf(asked, value);
  return problem === undefined ? undefined : errorEnvelope(new InputInvalidError(id, problem));
}
