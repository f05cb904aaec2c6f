import type { RunEvent, UnknownEvent } from "@dad/protocol";
import type { EventHandler } from "./event-bus.ts";
import { type HandlerLimits, timeLimit } from "./handler-options.ts";

type Event = RunEvent | UnknownEvent;

/** Has one event handled. Never throws or rejects. Gives a promise of the end, unless it is over already. */
export type Handling = (event: Event) => Promise<void> | undefined;

export interface HandlingOptions {
  readonly limits: HandlerLimits;
  /** Is told of failures, but for those to handle `handler.failed`. */
  readonly failed: (event: Event, error: unknown) => void;
}

export function handlingBy(handler: EventHandler, { limits, failed }: HandlingOptions): Handling {
  function report(event: Event, error: unknown): void {
    if (event.type !== "handler.failed") failed(event, error);
  }

  async function settle(event: Event, pending: Promise<unknown>): Promise<void> {
    try {
      await (limits.timeoutMs === undefined ? pending : inTime(pending, limits));
    } catch (error) {
      report(event, error);
    }
  }

  return (event) => {
    try {
      const given: unknown = handler(event);
      // Nothing of it is looked at here, so that nothing of it can throw.
      return given === undefined ? undefined : settle(event, new Promise((resolve) => resolve(given)));
    } catch (error) {
      report(event, error);
      return undefined;
    }
  };
}

async function inTime(pending: Promise<unknown>, limits: HandlerLimits): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const limit = timeLimit(limits, reject);
  try {
    await Promise.race([pending, late]);
  } finally {
    limit[Symbol.dispose]();
  }
}
