import type { EventHandler } from "@dad/events";

/** Tells on stderr how a run goes on. */
export interface Progress extends Disposable {
  readonly onEvent: EventHandler;
  /** Shows text of somebody else between its own. */
  log(text: string): void;
  /** Leaves the terminal to somebody else, who asks a question for instance, until that is disposed. What is to be told meanwhile is told then. */
  pause(): Disposable;
}
