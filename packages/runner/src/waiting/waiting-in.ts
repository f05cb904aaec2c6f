import type { InputId, InputRequest, Json, NodePath } from "@dad/protocol";
import type { ExecutionScope } from "@dad/run-context";
import type { Continuation } from "../rerun/continuation.ts";
import { type EarlierAnswer, requestBook } from "./request-book.ts";
import { ReplayDivergedError } from "../rerun/errors.ts";
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
  const requests = runRequests({ run, book: requestBook(run.history), clock, given, earlier: earlierIn(continuation) });
  const room = waitRoom({
    isAnswered: (ids) => requests.isAnswered(ids),
    onPark: () => requests.park(),
    onTrouble: (error) => requests.fail(error),
  });
  return { requests, room };
}

/** In a replay, what was not answered before is something else than it was. */
function earlierIn(continuation: Continuation | undefined): (request: InputRequest) => EarlierAnswer | undefined {
  if (continuation === undefined) return () => undefined;
  const { answers, base, isReplay } = continuation;
  const isOver = (path: NodePath): boolean =>
    [...base.history.requests.values()].some((record) => record.path === path && record.state !== "answered");
  return (request) => {
    const answer = answers.to(request);
    if (answer || !isReplay || isOver(request.path)) return answer;
    const because = { component: "question", after: request.prompt, message: `it asks what it did not ask before: ${request.prompt}` };
    throw new ReplayDivergedError(request.path, base.runId, [because]);
  };
}
