import type { EventOf, Json, NodePath, RunEvent, RunEventType, RunId, UnknownEvent } from "@dad/protocol";

/** `node.completed`, `node.*` for every type that begins with `node.`, or `*` for all. */
export type EventPattern = RunEventType | `${string}.*` | "*";

export interface EventFilter {
  readonly type?: EventPattern;
  /**
   * A node path; `*` stands for one step and `**` for any number, also none: `agent.flow1.*`, `agent.**`.
   * Matches only events that have a path.
   */
  readonly path?: string;
}

type EventsOf<Filter> = Filter extends RunEventType
  ? EventOf<Filter>
  : Filter extends { readonly type: infer Type extends RunEventType }
    ? EventOf<Type>
    : RunEvent | UnknownEvent;

export type EventHandler<Event = RunEvent | UnknownEvent> = (event: Event) => void | Promise<void>;

/** What somebody is asked. */
export interface InputRequest {
  readonly runId: RunId;
  readonly path: NodePath;
  readonly prompt: string;
}

/** Gives an answer, or `undefined` to leave the request to the next handler. */
export type InputHandler = (request: InputRequest) => Json | undefined | Promise<Json | undefined>;

/**
 * Port: how what happens in a run becomes known, and how answers come in. Subscribers observe: one
 * that throws, rejects or never returns can neither stop, delay nor fail the publisher or another
 * subscriber; a `handler.failed` event tells the others of it. Only an input handler takes part in the run.
 *
 * Handlers run in the async context of who registered them. What waits for a subscriber is bounded:
 * when it is too slow, the oldest events are dropped, and a `handler.failed` event tells how many it
 * has lost in all. A failure to handle `handler.failed` is not told again.
 *
 * Disposal stops delivery at once and waits for no handler; `flush` before it when the end must be
 * heard. Afterwards, publishing has no effect (a late word must not fail who is cleaning up) and
 * registering is a `TypeError`.
 *
 * Adapters: `@dad/events/memory`.
 */
export interface EventBus extends AsyncDisposable {
  /** Returns at once, before any handler runs. Each subscriber gets the events as they are now, in the order of the calls, one at a time. */
  publish(event: RunEvent | UnknownEvent): void;
  /**
   * Until the returned object is disposed: `using subscription = bus.subscribe("node.*", handler)`.
   *
   * @throws TypeError when a pattern of the filter is malformed.
   */
  subscribe<const Filter extends EventPattern | EventFilter>(filter: Filter, handler: EventHandler<EventsOf<Filter>>): Disposable;
  /** Handlers are asked in the order of registration, until the returned object is disposed. */
  handleInput(handler: InputHandler): Disposable;
  /**
   * The first answer that `accept` does not throw on, or `undefined` when nobody has one. A handler that
   * fails, or whose answer is refused, is reported (as a failure to handle `input.requested`) and the
   * next one is asked. A handler that is taken back while it is being asked has no answer.
   *
   * @throws EventsClosedError (`EVENTS_CLOSED`) when the bus is disposed, also while it waits.
   */
  requestInput<Answer>(
    request: InputRequest,
    accept: (answer: Json) => Answer,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Answer | undefined>;
  /**
   * Resolves when every subscriber is done with all that was published before. A handler that never
   * returns is waited for until it is unsubscribed, the bus is disposed or the signal is aborted; so a
   * handler that flushes waits for itself.
   */
  flush(options?: { readonly signal?: AbortSignal }): Promise<void>;
}
