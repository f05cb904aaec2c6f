import { randomUUID } from "node:crypto";
import type { Inbox } from "@dad/events";
import {
  type AnsweredBy,
  DadError,
  type ErrorEnvelope,
  type InboxAnswer,
  type InputId,
  type InputRequest,
  type Json,
  type RunId,
} from "@dad/protocol";
import type { RequestHistory, RunContext, RunPorts } from "@dad/run-context";
import { withoutSecrets } from "../without-secrets.ts";
import { InputExpiredError } from "./errors.ts";
import { type LiveRequest, liveRequest, type ToAnswer } from "./live-request.ts";
import type { RequestBook } from "./request-book.ts";

export type AskingRun = Pick<RunContext, "env" | "ports" | "record" | "tell" | "history" | "signal">;

export interface AnswerDeskOptions {
  readonly run: AskingRun;
  readonly book: RequestBook;
}

export interface Given {
  readonly value: Json;
  readonly by: AnsweredBy;
  /** Where it was given before. */
  readonly origin?: InputOrigin;
}

/** Who answers when nobody does. */
export const TIMEOUT = "timeout";

/** Records what becomes of requests: each has one answer, whoever gives it. Its callers see to it that they come one after the other. */
export interface AnswerDesk {
  readonly inbox: Inbox | undefined;
  readonly book: RequestBook;
  /** What is asked at this moment. */
  readonly live: ReadonlyMap<InputId, LiveRequest>;
  /** What is not on record, as long as this process goes on. */
  readonly secrets: ReadonlyMap<InputId, Json>;
  open(asked: ToAnswer): LiveRequest;
  over(live: LiveRequest): void;
  accept(live: LiveRequest, given: Given): Promise<void>;
  reject(request: InputRequest, message: Pick<InboxAnswer, "id" | "by">, error: ErrorEnvelope): Promise<void>;
  expire(live: LiveRequest): Promise<void>;
  cancel(request: InputRequest): Promise<void>;
  /** Posts an answer of this process. `undefined`: somebody else was first, and the inbox has that. */
  claim(request: InputId, given: Given): Promise<InboxAnswer | undefined>;
}

/** Where an answer was given before. */
export interface InputOrigin {
  readonly runId: RunId;
  readonly seq: number;
}

export function answerDesk({ run, book }: AnswerDeskOptions): AnswerDesk {
  const live = new Map<InputId, LiveRequest>();
  const secrets = new Map<InputId, Json>();
  return {
    inbox: run.ports.inbox,
    book,
    live,
    secrets,
    open(asked) {
      const opened = liveRequest(asked);
      live.set(asked.request.id, opened);
      return opened;
    },
    over(ended) {
      if (live.get(ended.request.id) === ended) live.delete(ended.request.id);
    },
    ...recordedEnds(run, book, secrets),
    claim: (request, given) => claimIn(run, request, given),
  };
}

type RecordedEnds = Pick<AnswerDesk, "accept" | "reject" | "expire" | "cancel">;

/** What becomes of a request is on record before anybody goes on with it. */
function recordedEnds(run: AskingRun, book: RequestBook, secrets: Map<InputId, Json>): RecordedEnds {
  const { record } = run;
  const note = ({ request }: Pick<LiveRequest, "request">, how: Omit<RequestHistory, "request" | "path">): void =>
    book.note({ request, path: request.path, ...how });
  return {
    async accept(asked, { value: given, by, origin }) {
      const { id: request, path, question, as } = asked.request;
      const isSecret = as === "secret";
      // From now on, nobody finds it anywhere.
      if (isSecret) addSecrets(given, { name: `answer:${request}`, redactor: run.ports.redactor });
      const value = isSecret ? given : withoutSecrets(given, run);
      const shown = isSecret ? {} : { value };
      const { seq } = await record({ type: "input.answered", path, request, question, ...shown, by, ...(origin ? { origin: { ...origin } } : {}) });
      if (isSecret) secrets.set(request, value);
      note(asked, { state: "answered", ...shown, by, seq });
      asked.give(value);
    },
    async reject({ id, path }, { id: message, by }, error) {
      await record({ type: "input.rejected", path, request: id, by, error, message });
    },
    async expire(asked) {
      const { id, path, expiresAt = "", onTimeout = "fail" } = asked.request;
      const { seq } = await record({ type: "input.expired", path, request: id, onTimeout });
      if (onTimeout === "wait") return note(asked, { state: "open", overdue: true, seq });
      note(asked, { state: "expired", seq });
      asked.fail(new InputExpiredError(id, expiresAt));
    },
    async cancel(request) {
      const { seq } = await record({ type: "input.cancelled", path: request.path, request: request.id });
      note({ request }, { state: "cancelled", seq });
    },
  };
}

/** All texts that somebody gave where a secret was asked for. */
function addSecrets(given: Json, { name, redactor }: { readonly name: string; readonly redactor: RunPorts["redactor"] }): void {
  if (typeof given === "string") redactor?.add({ name, value: given });
  else if (typeof given === "object" && given !== null) for (const member of Object.values(given)) addSecrets(member, { name, redactor });
}

async function claimIn(run: AskingRun, request: InputId, { value, by }: Given): Promise<InboxAnswer | undefined> {
  const { env, ports } = run;
  const { inbox } = ports;
  const given = { value: withoutSecrets(value, run), by: withoutSecrets(by as Json, run) as AnsweredBy };
  const message: InboxAnswer = { format: "dad.inbox/1", kind: "answer", id: randomUUID(), runId: env.runId, request, ...given };
  try {
    await inbox?.post(message);
    return message;
  } catch (error) {
    if (DadError.is(error, "INPUT_ANSWERED")) return undefined;
    throw error;
  }
}
