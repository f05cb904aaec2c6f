import { type ForkedRun, type ForkReport, NO_USAGE, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { forkCommands } from "./fork-commands.ts";

const counts = { executed: 1, reused: 1, usage: NO_USAGE, durationMs: 1 };
const of: ForkReport["of"] = { runId: RunId.parse("base"), status: "completed", ...counts, outputs: "A" };
const child = (name: string, status: ForkedRun["status"], outputs: string | null = null): ForkedRun => ({
  number: 1,
  set: {},
  runId: status === "not started" ? null : RunId.parse(name),
  status,
  ...counts,
  outputs,
  changedFiles: 0,
});
const commands = (...children: ForkedRun[]) => forkCommands({ of, children }, (...words) => words.join(" "));

describe("forkCommands", () => {
  it("look at the first child that gave something else, and at how another one differs from it", () => {
    const children = [child("bad", "failed"), child("same", "completed", "A"), child("one", "completed", "B"), child("two", "completed", "C")];
    expect(commands(...children)).toEqual(["diff base one", "diff one two", "show one"]);
    expect(commands(...children, child("asks", "waiting"))[0]).toBe("inputs");
  });

  it("look at a child that gave the same when none gave anything else, and at one that failed when none completed", () => {
    expect(commands(child("bad", "failed"), child("same", "completed", "A"))).toEqual(["diff base same", "show same"]);
    expect(commands(child("none", "not started"), child("bad", "failed"))).toEqual(["diff base bad", "show bad"]);
  });

  it("look at the earlier run when no child was started", () => {
    expect(commands(child("none", "not started"))).toEqual(["show base"]);
  });
});
