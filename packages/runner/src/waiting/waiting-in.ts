import type { InputId, Json } from "@dad/protocol";
import type { ExecutionScope } from "@dad/run-context";
import type { Continuation } from "../rerun/continuation.ts";
import { requestBook } from "./request-book.ts";
import { type RunRequests, runRequests } from "./run-requests.ts";
import { type WaitRoom, waitRoom } from "./wait-room.ts";
import { systemWallClock, type WallClock } from "./wall-clock.ts";

/** What the attempts of a walk ask, and whether the run waits for that. */
export interface Waiting {
  readonly requests: RunRequests;
  readonly room: WaitRoom;
}

export interface WaitingOptions {
  readonly scope: ExecutionScope;
  /** Of a re-run. */
  readonly continuation: Continuation | undefined;
  /** What was given from outside for a request. */
  readonly given: (id: InputId) => Json | undefined;
  readonly clock?: WallClock | undefined;
}

export function waitingIn({ scope: { run }, continuation, given, clock = systemWallClock() }: WaitingOptions): Waiting {
  const requests = runRequests({ run, book: requestBook(run.history), clock, given, earlier: (request) => continuation?.answered(request) });
  const room = waitRoom({
    isAnswered: (ids) => requests.isAnswered(ids),
    onPark: () => requests.park(),
    onTrouble: (error) => requests.fail(error),
  });
  return { requests, room };
}
