/**
 * How what happens in a run becomes known, and how answers come in.
 *
 * @packageDocumentation
 */
export { EventsClosedError, InputAnsweredError } from "./errors.ts";
export type {
  AskOptions,
  EventBus,
  EventFilter,
  EventHandler,
  EventPattern,
  EventsOf,
  HandlerOptions,
  InputHandler,
  Interception,
  Interceptor,
  InterceptOptions,
  NamedInterception,
  NodeExecuted,
  NodeToExecute,
  Questions,
  SubscribeOptions,
} from "./event-bus.ts";
export { eventMatcher } from "./event-filter.ts";
export type { Inbox, InboxCapabilities, InboxItem, InboxVerdict } from "./inbox.ts";
