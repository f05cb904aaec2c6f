import { type AnsweredBy, DadError, type InputId } from "@dad/protocol";

/** The bus was disposed, so nobody can answer any more. */
export class EventsClosedError extends DadError<"EVENTS_CLOSED"> {
  constructor() {
    super("EVENTS_CLOSED", "The event bus was disposed: nobody can answer any more. Request input while the run is open.");
  }
}

/** `INPUT_ANSWERED`: a request for input has its answer. `details` say who gave it, and when. */
export class InputAnsweredError extends DadError<"INPUT_ANSWERED"> {
  constructor(request: InputId, { who, channel, at }: AnsweredBy) {
    super("INPUT_ANSWERED", `${request} is answered already: by ${who ?? channel}, at ${at}`, {
      details: { request, channel, at, ...(who === undefined ? {} : { who }) },
    });
  }
}
