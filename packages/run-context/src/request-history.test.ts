import { digestOfJson, InputId, type InputRequest, InputKey, NodePath, type RecordedEvent } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { foldRequests } from "./request-history.ts";

const ID = InputId.parse("main.ask:approve");
const request: InputRequest = {
  id: ID,
  path: NodePath.parse("main.ask"),
  key: InputKey.parse("approve"),
  prompt: "Go on?",
  schema: {},
  question: digestOfJson("Go on?"),
};
const by = { channel: "cli", at: "2026-01-01T00:00:00.000Z" };
const REQUESTED = { type: "input.requested", request };
const ANSWERED = { type: "input.answered", request: ID, value: true, by };
const EXPIRED = { type: "input.expired", request: ID, onTimeout: "fail" };
const OVERDUE = { type: "input.expired", request: ID, onTimeout: "wait" };
const CANCELLED = { type: "input.cancelled", request: ID };

function after(...events: readonly object[]) {
  const fold = foldRequests();
  for (const [at, event] of events.entries()) fold.add({ ...event, path: request.path, seq: at + 1 } as unknown as RecordedEvent);
  return fold.requests.get(ID);
}

describe("what is on record of a request", () => {
  it("is its first end, whatever is recorded of it later", () => {
    expect(after(REQUESTED, ANSWERED, CANCELLED, EXPIRED, REQUESTED)).toMatchObject({ state: "answered", value: true, seq: 2 });
    expect(after(REQUESTED, EXPIRED, ANSWERED)).toMatchObject({ state: "expired", seq: 2 });
  });

  it("is that it is open again once it is asked again after it was needed no more", () => {
    expect(after(REQUESTED, CANCELLED)).toMatchObject({ state: "cancelled" });
    expect(after(REQUESTED, CANCELLED, REQUESTED)).toMatchObject({ state: "open", seq: 3 });
  });

  it("is that it is overdue where it goes on to wait, and may be answered then", () => {
    expect(after(REQUESTED, OVERDUE)).toMatchObject({ state: "open", overdue: true });
    expect(after(REQUESTED, OVERDUE, ANSWERED)).toMatchObject({ state: "answered", overdue: true });
  });

  it("is nothing of what was never asked", () => {
    expect(after(ANSWERED)).toBeUndefined();
  });
});
