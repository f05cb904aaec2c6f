import type { EventHandler } from "@dad/events";

/** Tells on stderr how a run goes on. */
export interface Progress extends Disposable {
  readonly onEvent: EventHandler;
  /** Shows text of somebody else between its own. */
  log(text: string): void;
}
