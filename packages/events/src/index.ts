/**
 * How what happens in a run becomes known, and how answers come in.
 *
 * @packageDocumentation
 */
export { EventsClosedError, InputAnsweredError } from "./errors.ts";
export type {
  Answering,
  AskOptions,
  EventBus,
  EventFilter,
  EventHandler,
  EventPattern,
  EventsOf,
  HandlerOptions,
  InputHandler,
  InputHandlerOptions,
  Interception,
  Interceptor,
  InterceptOptions,
  NamedInterception,
  NodeExecuted,
  NodeToExecute,
  Questions,
  SubscribeOptions,
  Subscription,
} from "./event-bus.ts";
export { eventMatcher } from "./event-filter.ts";
export { eventsFrom, type EventsFromOptions, EventsMissingError } from "./events-from.ts";
export { eventsOf, type EventsOfOptions, type EventStream } from "./events-of.ts";
export { HandlerTimeoutError } from "./handler-timeout.ts";
export type { Inbox, InboxCapabilities, InboxItem, InboxVerdict } from "./inbox.ts";
export { InboxMessageTooLargeError, InboxMessageUnreadableError, InboxStorageError, RunUnknownError } from "./inbox-errors.ts";
export { type CustomData, type CustomHandler, onCustom } from "./on-custom.ts";
