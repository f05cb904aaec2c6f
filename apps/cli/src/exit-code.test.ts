import { DadError, type ForkedRun, type ForkStatus, type RunStatus } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { exitCodeOfError, exitCodeOfFork, exitCodeOfRun } from "./exit-code.ts";

describe("the exit code of a run", () => {
  it.each<[RunStatus, number]>([
    ["completed", 0],
    ["failed", 1],
    ["waiting", 3],
    ["cancelled", 130],
    ["interrupted", 1],
    ["running", 1],
  ])("that is %s is %i", (status, code) => {
    expect(exitCodeOfRun({ status })).toBe(code);
  });

  it("that exhausted its budget is 4, however deep that is told", () => {
    const budget = { code: "BUDGET_EXHAUSTED", message: "spent", retryable: false };
    expect(exitCodeOfRun({ status: "failed", error: budget })).toBe(4);
    expect(exitCodeOfRun({ status: "failed", error: { code: "NODE_FAILED", message: "m", retryable: false, cause: budget } })).toBe(4);
  });

  it("is never that of success when something was thrown", () => {
    expect(exitCodeOfRun({ status: "completed" }, new Error("late"))).toBe(1);
  });
});

describe("the exit code of a fork", () => {
  const children = (...statuses: ForkStatus[]) => statuses.map((status) => ({ status }) as ForkedRun);
  const stopped = (code: string) => ({ code, message: "m", retryable: false });

  it("is 0 when all children completed, 3 when the others wait, and 1 when one did neither", () => {
    expect(exitCodeOfFork({ children: children("completed", "completed") })).toBe(0);
    expect(exitCodeOfFork({ children: children("completed", "waiting") })).toBe(3);
    expect(exitCodeOfFork({ children: children("completed", "waiting", "failed") })).toBe(1);
  });

  it.each([
    ["BUDGET_EXHAUSTED", 4],
    ["RUN_CANCELLED", 130],
    ["UNCAUGHT_ERROR", 1],
  ])("that %s stopped is %i, however its children ended", (code, exitCode) => {
    expect(exitCodeOfFork({ children: children("completed", "failed", "not started"), stopped: stopped(code) })).toBe(exitCode);
    expect(exitCodeOfFork({ children: children("completed"), stopped: stopped(code) })).toBe(exitCode);
  });
});

describe("the exit code of an error", () => {
  it.each([
    "USAGE_INVALID",
    "FORK_REFUSED",
    "AGENT_MISSING",
    "DEFINITION_INVALID",
    "CONFIG_INVALID",
    "PROFILE_UNKNOWN",
    "PROFILE_INVALID",
    "PROVIDER_UNKNOWN",
    "RESOURCE_UNKNOWN",
    "STATIC_INPUT_INVALID",
    "RUN_EXISTS",
    "RUN_ID_INVALID",
    "RUN_NOT_OPENED",
    "RUN_UNKNOWN",
    "NODE_UNKNOWN",
    "NODE_AMBIGUOUS",
    "ARTIFACT_UNKNOWN",
    "INPUT_ANSWERED",
    "INPUT_INVALID",
  ])("is 2 for %s: nothing was run", (code) => {
    expect(exitCodeOfError(new DadError(code, "m"))).toBe(2);
  });

  it("is 130 for a run that was cancelled before it was made", () => {
    expect(exitCodeOfError(new DadError("RUN_CANCELLED", "m"))).toBe(130);
  });

  it("is 1 for whatever else there is", () => {
    expect(exitCodeOfError(new DadError("JOURNAL_DAMAGED", "m"))).toBe(1);
    expect(exitCodeOfError(new TypeError("a bug"))).toBe(1);
    expect(exitCodeOfError(undefined)).toBe(1);
  });
});
