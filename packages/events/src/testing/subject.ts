import type { EventBus } from "../event-bus.ts";

export interface EventBusSubject {
  /** A bus without subscribers that shares nothing with an earlier one and holds at most `capacity` events for each subscriber. */
  create(options: { readonly capacity: number }): EventBus | Promise<EventBus>;
}

/** More than any test but those about the limit publishes at once. */
export const ROOMY = { capacity: 10_000 };
