/**
 * How what happens in a run becomes known, and how answers come in.
 *
 * @packageDocumentation
 */
export { EventsClosedError } from "./errors.ts";
export type { EventBus, EventFilter, EventHandler, EventPattern, InputHandler, InputRequest } from "./event-bus.ts";
