import { DadError } from "@dad/protocol";

/** The bus was disposed, so nobody can answer any more. */
export class EventsClosedError extends DadError<"EVENTS_CLOSED"> {
  constructor() {
    super("EVENTS_CLOSED", "The event bus was disposed: nobody can answer any more. Request input while the run is open.");
  }
}
