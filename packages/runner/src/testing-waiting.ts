import type { NodeContext, Question } from "@dad/agent";
import { fakeClock } from "@dad/engine/fake-clock";
import { memoryInbox } from "@dad/events/memory";
import { type AnsweredBy, type InboxAnswer, InputId, type Json, RunId } from "@dad/protocol";
import { z } from "zod";
import { rerunStage } from "./testing-rerun.ts";
import { memoryPorts } from "./testing-ports.ts";
import { type Behaviour, RUN, stage, type StageOptions } from "./testing-run.ts";
import type { WallClock } from "./waiting/wall-clock.ts";

// For the tests of this package only: runs that ask, and those who answer.

/** When their clocks begin. */
export const BEGIN = Date.parse("2026-01-01T00:00:00.000Z");

/** A wall clock that goes on when the test says so, and can be set. */
export function testClock(): WallClock & { advance(ms: number): Promise<void>; set(to: number): void; pending(): number } {
  const clock = fakeClock();
  let offset = BEGIN;
  return {
    now: () => offset + clock.now(),
    after: (ms, callback) => clock.after(ms, callback),
    advance: (ms) => clock.advance(ms),
    set: (to) => void (offset = to - clock.now()),
    pending: () => clock.pending(),
  };
}

type AnyQuestion = Question<z.ZodType<Json, Json>>;

export function question(key: string, more: Partial<AnyQuestion> = {}): AnyQuestion {
  return { key, schema: z.boolean(), prompt: "Go on?", ...more };
}

/** A behaviour that asks, and gives the answer. */
export function asking(key: string, more: Partial<AnyQuestion> = {}): Behaviour {
  return (context: NodeContext) => context.input(question(key, more));
}

/** Runs in memory with an inbox. */
export function waitingStage({ clock = testClock(), ...options }: Omit<StageOptions, "clock"> & { clock?: ReturnType<typeof testClock> } = {}) {
  const inbox = memoryInbox();
  const own = { ...options, ports: { ...(options.ports ?? memoryPorts()), inbox }, clock };
  return { ...seenOn(stage(own)), ...posting(inbox, clock), clock };
}

/** The same, with re-runs. */
export function waitingRerunStage() {
  const inbox = memoryInbox();
  const clock = testClock();
  return { ...seenOn(rerunStage({ ports: { ...memoryPorts(), inbox }, clock })), ...posting(inbox, clock), clock };
}

function posting(inbox: ReturnType<typeof memoryInbox>, clock: WallClock) {
  let messages = 0;
  return {
    inbox,
    answer(request: string, value: Json, by: Partial<AnsweredBy> & { readonly runId?: string } = {}): Promise<void> {
      const { runId = RUN, ...rest } = by;
      const message: InboxAnswer = {
        format: "dad.inbox/1",
        kind: "answer",
        id: `m${++messages}`,
        runId: RunId.parse(runId),
        request: InputId.parse(request),
        value,
        by: { channel: "cli", who: "ada", at: new Date(clock.now()).toISOString(), ...rest },
      };
      return inbox.post(message);
    },
  };
}

function seenOn<On extends ReturnType<typeof stage>>(on: On) {
  return {
    ...on,
    /** The types of the events that begin so, in their order. */
    async types(...kinds: string[]): Promise<string[]> {
      return (await on.events()).flatMap(({ type }) => (kinds.some((kind) => type.startsWith(kind)) ? [type] : []));
    },
    /** `<type> <request>` of what became of requests. */
    async inputs(runId: string = RUN): Promise<string[]> {
      return (await on.events(runId)).flatMap((event) => {
        if (!event.type.startsWith("input.")) return [];
        const { request } = event as unknown as { request: string | { id: string } };
        return [`${event.type.slice("input.".length)} ${typeof request === "string" ? request : request.id}`];
      });
    },
  };
}

/** Waits until something is so, turn by turn. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turns = 0; !(await holds()); turns++) {
    if (turns > MOST_TURNS) throw new Error("it does not come to that");
    await new Promise(setImmediate);
  }
}

const MOST_TURNS = 20_000;
