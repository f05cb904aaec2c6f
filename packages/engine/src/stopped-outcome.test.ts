import { describe, expect, it } from "vitest";
import { AttemptTimeoutError } from "./errors.ts";
import { stoppedOutcome } from "./stopped-outcome.ts";
import { call, unaborted } from "./testing/calls.ts";

const error = new Error("killed the child");
const timeout = new AttemptTimeoutError(call("agent.slow"), { timeoutMs: 10 });

describe("stoppedOutcome", () => {
  it("is failed while nothing was aborted, whatever the error says", () => {
    expect(stoppedOutcome(unaborted, error)).toEqual({ status: "failed", error });
    expect(stoppedOutcome(unaborted, timeout)).toEqual({ status: "failed", error: timeout });
  });

  it("is cancelled once the signal is aborted", () => {
    expect(stoppedOutcome(AbortSignal.abort("stop"), error)).toEqual({ status: "cancelled", error });
  });

  it("is failed with the timeout where that was why, and the error as its cause", () => {
    const outcome = stoppedOutcome(AbortSignal.abort(timeout), error);
    expect(outcome).toMatchObject({
      status: "failed",
      error: { code: "NODE_TIMEOUT", message: timeout.message, details: timeout.details, cause: error },
    });
  });

  it("does not wrap the timeout once more", () => {
    const signal = AbortSignal.abort(timeout);
    const once = stoppedOutcome(signal, error);
    if (once.status === "completed") throw new TypeError("a stopped attempt has not completed");
    for (const said of [timeout, once.error]) expect(stoppedOutcome(signal, said)).toEqual({ status: "failed", error: said });
  });

  it("keeps the timeout of something inside the attempt as the cause", () => {
    const inner = new AttemptTimeoutError(call("other.node"), { timeoutMs: 5 });
    expect(stoppedOutcome(AbortSignal.abort(timeout), inner)).toMatchObject({ error: { details: timeout.details, cause: inner } });
  });
});
