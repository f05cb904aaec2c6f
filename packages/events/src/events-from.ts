import { setTimeout as delay } from "node:timers/promises";
import { DadError, type RecordedEvent, type RunEvent, type RunId, type UnknownEvent } from "@dad/protocol";
import { type EventBuffer, eventBuffer } from "./event-buffer.ts";
import type { EventBus, EventFilter, EventPattern, EventsOf } from "./event-bus.ts";
import { dropThrough } from "./fifo.ts";
import { eventMatcher } from "./event-filter.ts";

type Event = RunEvent | UnknownEvent;

export interface EventsFromOptions<Filter extends EventPattern | EventFilter> {
  /** A bus may tell of several runs, and each has sequence numbers of its own. */
  readonly runId: RunId;
  /** The first sequence number that is given. Default 1. */
  readonly from?: number;
  /** Default: all events. */
  readonly filter?: Filter;
  /** What is recorded from a sequence number on, in order, up to now: `(from, { signal }) => journals.read(runId, { from, signal })`. */
  readonly replay: (from: number, options: { readonly signal: AbortSignal }) => AsyncIterable<RecordedEvent>;
  /** Ends the loop, without an error. */
  readonly signal?: AbortSignal;
  /** How many live events may wait for the loop. What is recorded and found no place is read from the record. Default 10,000. */
  readonly capacity?: number;
}

/** `EVENTS_MISSING`: an event was told whose predecessors are not in the record. */
export class EventsMissingError extends DadError<"EVENTS_MISSING"> {
  constructor(runId: RunId, { from, told }: { readonly from: number; readonly told: number }) {
    super(
      "EVENTS_MISSING",
      `Event ${told} of ${runId} was told, and its record ends before event ${from}. Check the run (dad fsck), and read it again.`,
      {
        details: { runId, from, told },
      },
    );
  }
}

/**
 * What is recorded of a run from a sequence number on, and then what comes: each recorded event once and in order, however much
 * is published meanwhile and however slow the loop is. Events that are told only (without `seq`) are given as they come, once the
 * loop has come as far; those that find no place are lost.
 *
 * Ends when the loop is left, when the signal is aborted, and with the bus: then with the last that is recorded.
 *
 * @throws TypeError when a pattern of the filter is malformed, the capacity is none, or the bus is disposed.
 * @throws EventsMissingError (`EVENTS_MISSING`), and what `replay` throws.
 */
export async function* eventsFrom<const Filter extends EventPattern | EventFilter = "*">(
  bus: EventBus,
  { runId, from = 1, filter, replay, signal = new AbortController().signal, capacity }: EventsFromOptions<Filter>,
): AsyncGenerator<EventsOf<Filter>, void, undefined> {
  const accepts = eventMatcher(filter ?? "*");
  // All types: only so a gap can be seen.
  const live = eventBuffer(bus, "*", { signal, capacity, name: "eventsFrom" });
  const place = placeIn(runId, from);
  const pauses = pausesFor(runId, signal);
  try {
    for (let isOver = false; !signal.aborted; isOver = live.ended && live.waiting.size === 0) {
      place.begins(live);
      for await (const event of replay(place.next, { signal })) {
        if (place.reads(event) && accepts(event)) yield event as Event as EventsOf<Filter>;
        if (signal.aborted) return;
      }
      // What was told is in the record, or will be in a moment: the journal need not have written what nobody waits for.
      if (place.isBehind) await pauses.next(place);
      else if (isOver) return;
      else for await (const event of untilGap(live, place)) if (accepts(event)) yield event as EventsOf<Filter>;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    live[Symbol.dispose]();
  }
}

/** The first pause in milliseconds. Each is twice as long as the one before. */
const PAUSE_MS = 10;
/** After five seconds in all, nobody is writing what is missing. */
const MOST_PAUSES = 9;

/** For the record to become what was told already. */
function pausesFor(runId: RunId, signal: AbortSignal) {
  let before = 0;
  let done = 0;
  return {
    async next({ next, told }: { readonly next: number; readonly told: number }): Promise<void> {
      if (next > before) done = 0;
      if (done === MOST_PAUSES) throw new EventsMissingError(runId, { from: next, told });
      await delay(PAUSE_MS * 2 ** done, undefined, { signal });
      done += 1;
      before = next;
    },
  };
}

/** How far a loop has come in a run, and how far the bus has. */
function placeIn(runId: RunId, from: number) {
  let next = from;
  /** The last sequence number that came live. */
  let told = 0;
  /** Nothing was lost since: all that is told only came after that one, and before the next. */
  let isSure = false;
  let lost = 0;

  return {
    get next() {
      return next;
    },
    get told() {
      return told;
    },
    get isBehind() {
      return told >= next;
    },
    /** The record is read. What is lost from now on may come too late for that. */
    begins(live: EventBuffer<Event>): void {
      if (live.lost > lost) isSure = false;
      lost = live.lost;
    },
    /** Whether the loop has not had this event of the record. */
    reads({ seq }: RecordedEvent): boolean {
      if (seq < next) return false;
      next = seq + 1;
      return true;
    },
    /** Forgets what came live before what the record has given. */
    joins(live: EventBuffer<Event>): void {
      const last = dropThrough(live.waiting, (event) => event.runId === runId && event.seq !== undefined && event.seq < next);
      if (last?.seq !== undefined) [told, isSure] = [last.seq, true];
    },
    /** Whether something was lost since the record was read. */
    hasLost: (live: EventBuffer<Event>) => live.lost > lost,
    /** Whether a live event comes next; afterwards, the loop may be behind. */
    hears(event: Event): boolean {
      if (event.runId !== runId) return false;
      // One that is told only has its place behind what was told before it: not behind what the record has given of what comes then.
      if (event.seq === undefined) return !isSure || told + 1 >= next;
      [told, isSure] = [event.seq, true];
      if (told !== next) return false;
      next += 1;
      return true;
    },
  };
}

/** What comes live, until the record has to be read again, or nothing comes any more. */
async function* untilGap(live: EventBuffer<Event>, place: ReturnType<typeof placeIn>): AsyncGenerator<Event> {
  place.joins(live);
  while (!place.hasLost(live)) {
    const event = live.take();
    if (event !== undefined && place.hears(event)) yield event;
    if (place.isBehind || (live.ended && live.waiting.size === 0)) return;
    if (live.waiting.size === 0) await live.more();
  }
}
