import type { AnsweredBy, EventOf, InputId, InputRequest, Json, NodePath, RecordedEvent } from "@dad/protocol";

/** What became of something that was asked. */
export interface RequestHistory {
  readonly request: InputRequest;
  readonly path: NodePath;
  /** `expired`: nobody answered in time, and it said what is to happen then. */
  readonly state: "open" | "answered" | "expired" | "cancelled";
  /** Of one that is answered; absent of a secret. */
  readonly value?: Json | undefined;
  readonly by?: AnsweredBy | undefined;
  /** Nobody answered in time, and it goes on to wait. */
  readonly overdue?: true;
  /** Of the last entry that says something of it. */
  readonly seq: number;
  /** When it was asked, by the clock of the machine that did. */
  readonly askedAt?: string;
}

/** Folds what was asked and answered. */
export function foldRequests() {
  const requests = new Map<InputId, RequestHistory>();

  /** Its first end stands. */
  function end(id: InputId, how: Partial<RequestHistory> & Pick<RequestHistory, "state" | "seq">): void {
    const asked = requests.get(id);
    if (asked?.state === "open") requests.set(id, { ...asked, ...how });
  }

  function asked({ request, path, seq, time }: EventOf<"input.requested"> & { readonly seq: number }): void {
    const before = requests.get(request.id);
    // It is asked again after it was needed no more, or because a secret is not kept.
    if (before === undefined || before.state === "cancelled" || request.as === "secret")
      requests.set(request.id, { request, path, state: "open", seq, askedAt: time });
  }

  return {
    requests: requests as ReadonlyMap<InputId, RequestHistory>,
    add(event: RecordedEvent): void {
      if (event.type === "input.requested") asked(event);
      else if (event.type === "input.answered") end(event.request, { state: "answered", value: event.value, by: event.by, seq: event.seq });
      else if (event.type === "input.expired") end(event.request, { ...expiredBy(event), seq: event.seq });
      else if (event.type === "input.cancelled") end(event.request, { state: "cancelled", seq: event.seq });
    },
  };
}

/** One that goes on to wait may still be answered. */
function expiredBy({ onTimeout }: EventOf<"input.expired">): Pick<RequestHistory, "state" | "overdue"> {
  return onTimeout === "wait" ? { state: "open", overdue: true } : { state: "expired" };
}
