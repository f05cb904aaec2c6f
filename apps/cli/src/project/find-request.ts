import { type InboxAnswer, InputId, type InputRequest, nearestName, type RunDetails } from "@dad/protocol";
import type { RequestHistory, RunHistory } from "@dad/run-context";
import { hasExpired } from "@dad/terminal";
import { InputAmbiguousError, InputUnknownError, RequestOverError } from "../errors.ts";

/** What somebody answers. */
export interface FoundRequest {
  readonly id: InputId;
  /** Absent of what was never asked yet. */
  readonly request: InputRequest | undefined;
  /** The run waits for it. */
  readonly isOpen: boolean;
  /** What may have been meant instead of something that was never asked. */
  readonly nearest: string | undefined;
}

/** What a run asks, and has asked. */
export interface AskingRun {
  readonly run: Pick<RunDetails, "runId" | "rootComponentId" | "requests">;
  readonly requests: RunHistory["requests"];
  /** Answers that the run has not taken yet. */
  readonly posted: readonly Pick<InboxAnswer, "request" | "by">[];
  readonly now: number;
}

/**
 * The request that somebody names: by its id, by the end of that (`review:approve`), by its key or its node alone; and without a
 * name the only one that is open. What was never asked is named by its whole id.
 *
 * @throws InputUnknownError (`INPUT_UNKNOWN`), InputAmbiguousError (`INPUT_AMBIGUOUS`), RequestOverError (`INPUT_ANSWERED`, `INPUT_EXPIRED`).
 */
export function findRequest(asking: AskingRun, given: string | undefined): FoundRequest {
  const { run, requests, posted } = asking;
  const taken = new Map(posted.map(({ request, by }) => [request, by]));
  const asked = new Set(run.requests?.map(({ id }) => id));
  const open = new Set([...asked].filter((id) => !taken.has(id)));
  const known = given === undefined ? [...requests.values()].filter(({ request }) => asked.has(request.id)) : namedBy(requests, given);
  const [first, ...others] = known.length > 1 ? known.filter(({ request }) => open.has(request.id)) : known;
  if (first && others.length > 0)
    throw new InputAmbiguousError(
      run.runId,
      [first, ...others].map(({ request }) => request.id),
    );
  const found = first ?? known.at(-1);
  const id = found?.request.id ?? wholeId(run, given);
  const by = id && taken.get(id);
  if (id && by) throw new RequestOverError(id, { code: "INPUT_ANSWERED", runId: run.runId, by, others: [...open] });
  if (found) return answerable(asking, found, open);
  if (given === undefined || id === undefined) throw new InputUnknownError({ runId: run.runId, root: run.rootComponentId }, given, [...open]);
  return { id, request: undefined, isOpen: false, nearest: nearestName(id, [...open]) };
}

function namedBy(requests: RunHistory["requests"], given: string): RequestHistory[] {
  const exactly = [...requests.values()].filter(({ request }) => request.id === given);
  return exactly.length > 0
    ? exactly
    : [...requests.values()].filter(({ request }) => namesOf(request).some((name) => name === given || name.endsWith(`.${given}`)));
}

function namesOf({ id, path, key }: InputRequest): string[] {
  return [id, `${path}:${key}`, path, key];
}

function answerable({ run, now }: AskingRun, { request, state, by }: RequestHistory, open: ReadonlySet<InputId>): FoundRequest {
  const { id, expiresAt } = request;
  const others = [...open].filter((other) => other !== id);
  if (state === "answered" && by) throw new RequestOverError(id, { code: "INPUT_ANSWERED", runId: run.runId, by, others });
  if (state === "expired" || (state === "open" && hasExpired(request, now)))
    throw new RequestOverError(id, { code: "INPUT_EXPIRED", runId: run.runId, expiresAt, others });
  return { id, request, isOpen: open.has(id), nearest: undefined };
}

/** What the run still needs somebody for: its inbox has no answer to it, and it may still be answered. */
export function unanswered({ run, posted, now }: Pick<AskingRun, "run" | "posted" | "now">): InputRequest[] {
  const taken = new Set(posted.map(({ request }) => request));
  return (run.requests ?? []).filter((request) => !taken.has(request.id) && !hasExpired(request, now));
}

/** Whatever a node of the run may ask. */
function wholeId({ rootComponentId: root }: AskingRun["run"], given: string | undefined): InputId | undefined {
  const id = InputId.safeParse(given).data;
  const path = id?.slice(0, id.indexOf(":"));
  return path === root || path?.startsWith(`${root}.`) ? id : undefined;
}
