import type { InputHandler } from "@dad/events";
import { DadError, InputId, type InboxMessage, type Json, type RecordedEvent, type RunId } from "@dad/protocol";
import type { WallClock } from "@dad/runner";
import { inboxAt, type Place } from "./composition.ts";
import type { Witness } from "./witness.ts";

/** Those whom a run asks. */
export interface People {
  /** Answers in the process of the run. */
  readonly handle: InputHandler;
  /** What they post when they find the run parked. */
  readonly first: readonly Posted[];
  /** What they post when they find it parked once more: at the same moment, those of whom one is taken. */
  readonly rivals: readonly Posted[];
  /** What they post after them, of which nothing is taken: a handler has answered, or nobody had in time. */
  readonly late: readonly Posted[];
}

/** An answer, or a signal. */
export type Posted = { readonly id: string } & ({ readonly request: string; readonly value: Json } | { readonly name: string; readonly data: Json });

/** Where people find a run. */
export interface PostBox extends Place {
  readonly runId: RunId;
  readonly witness: Witness;
}

/** They post what they have, each time all of it: whoever was not told that it arrived does that. */
export async function post(people: People, at: PostBox, events: readonly RecordedEvent[]): Promise<void> {
  for (const message of people.first) await postOne(at, message);
  if (events.filter(({ type }) => type === "run.parked").length < 2) return;
  const ends = await Promise.allSettled(people.rivals.map((message) => postOne(at, message)));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  for (const message of people.late) await postOne(at, message);
}

/** Whoever is told that somebody else was first leaves it at that. */
async function postOne(at: PostBox, posted: Posted): Promise<void> {
  try {
    await inboxAt(at).post(messageOf(posted, at.runId));
    at.witness.see({ saw: "posted", path: posted.id });
  } catch (error) {
    if (!DadError.is(error, "INPUT_ANSWERED")) throw error;
  }
}

function messageOf(posted: Posted, runId: RunId): InboxMessage {
  const message = {
    format: "dad.inbox/1",
    id: posted.id,
    runId,
    by: { channel: "cli", who: posted.id, at: new Date(BEGINNING).toISOString() },
  } as const;
  if ("name" in posted) return { ...message, kind: "signal", name: posted.name, data: posted.data };
  return { ...message, kind: "answer", request: InputId.parse(posted.request), value: posted.value };
}

const BEGINNING = Date.UTC(2026, 0, 1);
const TWO_HOURS = 7_200_000;

/** Two hours are between one who works on a run and the next. Meanwhile it stands still. */
export function clockOf(events: readonly RecordedEvent[]): WallClock {
  const times = events.filter(({ type }) => type === "run.started" || type === "run.resumed").length;
  return { now: () => BEGINNING + times * TWO_HOURS, after: () => () => undefined };
}
