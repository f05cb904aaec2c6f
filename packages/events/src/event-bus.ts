import type { EventOf, Json, NodePath, RunEvent, RunEventType, UnknownEvent } from "@dad/protocol";

/** `node.completed`, `node.*`, or `*` for all. */
export type EventPattern = RunEventType | `${string}.*` | "*";

export interface EventFilter {
  readonly type?: EventPattern;
  /** A node path; `*` stands for one step and `**` for any number: `agent.flow1.*`, `agent.**`. Matches only events that have a path. */
  readonly path?: string;
}

type EventsOf<Filter> = Filter extends RunEventType ? EventOf<Filter> : RunEvent | UnknownEvent;

export type EventHandler<Event = RunEvent | UnknownEvent> = (event: Event) => void | Promise<void>;

/** What somebody is asked. */
export interface InputRequest {
  readonly path: NodePath;
  readonly prompt: string;
}

/** Gives an answer, or `undefined` to leave the request to the next handler. */
export type InputHandler = (request: InputRequest) => Json | undefined | Promise<Json | undefined>;

/**
 * Port: how what happens in a run becomes known, and how answers come in. Subscribers observe: one
 * that throws, rejects or never returns can neither stop, delay nor fail the publisher or another
 * subscriber; a `handler.failed` event tells of it. Only an input handler takes part in the run.
 *
 * Adapters: `@dad/events/memory`.
 */
export interface EventBus extends AsyncDisposable {
  /** Returns at once. Each subscriber gets the events in the order of the calls, one at a time. */
  publish(event: RunEvent | UnknownEvent): void;
  /** Until the returned object is disposed: `using subscription = bus.subscribe("node.*", handler)`. */
  subscribe<const Filter extends EventPattern | EventFilter>(filter: Filter, handler: EventHandler<EventsOf<Filter>>): Disposable;
  /** Handlers are asked in the order of registration. */
  handleInput(handler: InputHandler): Disposable;
  /**
   * The first answer that `accept` does not throw on, or `undefined` when nobody has one. A handler that
   * fails, or whose answer is refused, is reported and the next one is asked.
   */
  requestInput<Answer>(request: InputRequest, accept: (answer: Json) => Answer, options?: { readonly signal?: AbortSignal }): Promise<Answer | undefined>;
}
