import type { AnsweredBy, EventOf, InputRequest, Json, NodePath, RunEvent, RunEventType, RunId, UnknownEvent } from "@dad/protocol";

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

export type EventsOf<Filter> = Filter extends RunEventType
  ? EventOf<Filter>
  : Filter extends { readonly type: infer Type extends RunEventType }
    ? EventOf<Type>
    : RunEvent | UnknownEvent;

export type EventHandler<Event = RunEvent | UnknownEvent> = (event: Event) => void | Promise<void>;

/** How a handler is registered. */
export interface HandlerOptions {
  /** Ends the registration when it is aborted. */
  readonly signal?: AbortSignal;
  /** How long one call of it may take. Then it is reported as failed (`HANDLER_TIMEOUT`), and what comes next is not kept waiting. Default: as long as it likes. */
  readonly timeoutMs?: number;
  /** For reports, and as who decided. Default: the name of the function, or else `handler`; of an interceptor, `interceptor`. */
  readonly name?: string;
}

/** What somebody is told of, until it ends: when it is disposed, with its signal, after its one event, or with the bus. */
export interface Subscription extends Disposable {
  /** Aborted when it has ended. Nothing is told afterwards. */
  readonly ended: AbortSignal;
  /** How many events it has lost so far. */
  readonly dropped: number;
}

export interface SubscribeOptions extends HandlerOptions {
  /** One event, and no more. Default `false`. */
  readonly once?: boolean;
  /** How many events may wait for this subscriber. Default: what the adapter says. */
  readonly capacity?: number;
  /** What makes room when more would wait: the oldest of them (the default), or the one that comes. Either way it is counted and told. */
  readonly overflow?: "drop-oldest" | "drop-newest";
}

/** Who gives an answer, and how: what is recorded with it. */
export type Answering = Pick<AnsweredBy, "channel" | "who">;

/** How an input handler is registered. */
export interface InputHandlerOptions extends HandlerOptions {
  /** Default: the channel `handler`. */
  readonly by?: Answering;
}

/** Gives an answer, or `undefined` to leave the request to the next handler. The signal is aborted when no answer is wanted any more. */
export type InputHandler = (
  request: Questions["input"]["question"],
  options: { readonly signal: AbortSignal },
) => Json | undefined | Promise<Json | undefined>;

/** A node that is about to be executed. */
export interface NodeToExecute {
  readonly runId: RunId;
  readonly path: NodePath;
  readonly attempt: number;
  readonly nodeType: string;
  /** Rendered. */
  readonly settings: Json;
  readonly input?: Json;
}

/** A node that was executed, and has given something. */
export interface NodeExecuted extends NodeToExecute {
  readonly output: Json;
}

/** What is decided about a node instead of its own code: it fails with this reason, or gives this instead. */
export type Interception = { readonly veto: string } | { readonly replace: Json; readonly reason: string };

/** An interception, and the name of the interceptor. */
export type NamedInterception = Interception & { readonly by: string };

export interface Interceptor {
  /** Before a node is executed. `undefined` lets it be. */
  before?(node: NodeToExecute, options: { readonly signal: AbortSignal }): Interception | undefined | Promise<Interception | undefined>;
  /** When it has given something, before that counts. */
  after?(node: NodeExecuted, options: { readonly signal: AbortSignal }): Interception | undefined | Promise<Interception | undefined>;
}

export interface InterceptOptions extends HandlerOptions {
  /**
   * When it fails, takes too long, or gives what cannot be done, the node is vetoed. Default `false`: it is reported, and the
   * node goes on.
   */
  readonly critical?: boolean;
}

/** What can be asked of handlers, by kind. */
export interface Questions {
  readonly input: { readonly question: InputRequest & { readonly runId: RunId }; readonly answer: Json };
  readonly "node.before": { readonly question: NodeToExecute; readonly answer: NamedInterception };
  readonly "node.after": { readonly question: NodeExecuted; readonly answer: NamedInterception };
}

export interface AskOptions<Answer, Accepted> {
  /** Checks an answer, and gives what it is taken for. What it throws, or rejects with, refuses the answer. `by`: who gave it. */
  readonly accept: (answer: Answer, by: Answering) => Accepted | Promise<Accepted>;
  readonly signal?: AbortSignal;
}

/**
 * Port: how what happens in a run becomes known, and how answers come in. Subscribers observe: one
 * that throws, rejects or never returns can neither stop, delay nor fail the publisher or another
 * subscriber; a `handler.failed` event tells the others of it. Only input handlers and interceptors take part in the run.
 *
 * Handlers run in the async context of who registered them. What waits for a subscriber is bounded:
 * when it is too slow, events are dropped, and a `handler.failed` event tells the others how many it
 * has lost in all. A failure to handle `handler.failed` is not told again. Options that are none (a capacity of 0) are a `TypeError`.
 *
 * Disposal stops delivery at once and waits for no handler; `flush` before it when the end must be
 * heard. Afterwards, publishing has no effect (a late word must not fail who is cleaning up) and
 * registering is a `TypeError`. `eventsOf` gives events to a loop, and `eventsFrom` those that were there before, too.
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
  subscribe<const Filter extends EventPattern | EventFilter>(
    filter: Filter,
    handler: EventHandler<EventsOf<Filter>>,
    options?: SubscribeOptions,
  ): Subscription;
  /** Answers requests for input, until the returned object is disposed. */
  handleInput(handler: InputHandler, options?: InputHandlerOptions): Disposable;
  /**
   * Decides about nodes: of these paths, or of all (`**`), until the returned object is disposed.
   *
   * @throws TypeError for a malformed pattern, and for an interceptor that has neither `before` nor `after`.
   */
  intercept(path: string, interceptor: Interceptor, options?: InterceptOptions): Disposable;
  /**
   * Asks the handlers of a kind in the order of their registration, and gives the first answer that `accept` does not throw on, or
   * `undefined` when nobody has one. What is asked is frozen, as it was then. A handler that fails, takes too long, or whose answer is
   * refused, is reported (as a failure to handle `input.requested`, or `node.started` and `node.completed`) and the next one is asked;
   * where it is a critical interceptor, the answer is its veto. A handler that is taken back while it is being asked has no answer.
   *
   * @throws EventsClosedError (`EVENTS_CLOSED`) when the bus is disposed, also while it waits.
   */
  ask<Kind extends keyof Questions, Accepted>(
    kind: Kind,
    question: Questions[Kind]["question"],
    options: AskOptions<Questions[Kind]["answer"], Accepted>,
  ): Promise<Accepted | undefined>;
  /**
   * Resolves when every subscriber is done with all that was published before. A handler that never
   * returns is waited for until it is unsubscribed, the bus is disposed or the signal is aborted; so a
   * handler that flushes waits for itself.
   */
  flush(options?: { readonly signal?: AbortSignal }): Promise<void>;
}
