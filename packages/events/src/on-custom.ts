import type { CustomEvents, EventOf, Json } from "@dad/protocol";
import type { EventBus, Subscription } from "./event-bus.ts";

/** What a custom event of this name carries: as the program has said by merging with `CustomEvents`, or else any JSON. */
export type CustomData<Name extends string> = Name extends keyof CustomEvents ? CustomEvents[Name] : Json;

export type CustomHandler<Name extends string> = (data: CustomData<Name>, event: EventOf<"custom.emitted">) => void | Promise<void>;

/**
 * Subscribes to the custom events of one name. That their data has the form that the program has given the name is a promise of
 * who emits them, and is not checked: what has `by` comes from outside, so check it.
 */
export function onCustom<const Name extends string>(bus: EventBus, name: Name, handler: CustomHandler<Name>): Subscription {
  return bus.subscribe("custom.emitted", (event) => (event.name === name ? handler(event.data as CustomData<Name>, event) : undefined), {
    name: handler.name || name,
  });
}
