import { describe, expect, it } from "vitest";
import { callbackAgent, shellAgent } from "./agents.ts";
import { testProject } from "./project.ts";

/** Its node does not look at its signal. Says when it is executed: that it started is said before, when an abort still keeps it from that. */
const DEAF = callbackAgent(`setInterval(() => {}, 1000); console.log("hears nothing"); await new Promise(() => {});`);

describe("a run that is interrupted", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("by %s is cancelled and recorded", async (signal) => {
    await using project = await testProject({ "agent.ts": shellAgent("sleep 600") });
    const running = project.start("run", "agent.ts", "--run-id", "stopped");
    await running.saying("node only.step started");
    running.child.kill(signal);
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^run {7}stopped cancelled/);
    expect(stderr).toContain("error RUN_CANCELLED: cancelled by");
    expect(await project.manifest("stopped")).toMatchObject({
      status: "cancelled",
      error: { code: "RUN_CANCELLED" },
      nodes: [{ status: "cancelled" }],
    });
    expect((await project.journal("stopped")).slice(-1)).toEqual(["run.cancelled"]);
    expect(await project.journal("stopped")).toContain("node.cancelled");
  });

  it("is cancelled also when a node does not react, once its grace is over", async () => {
    await using project = await testProject({ "agent.ts": DEAF });
    const running = project.start("run", "agent.ts", "--run-id", "deaf");
    await running.saying("hears nothing");
    running.child.kill("SIGINT");
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^run {7}deaf cancelled/);
    expect(stderr).toContain("ATTEMPT_ABANDONED: attempt 1 of node only.step");
    expect(await project.manifest("deaf")).toMatchObject({
      status: "cancelled",
      error: { code: "ATTEMPT_ABANDONED", cause: { code: "RUN_CANCELLED" } },
    });
    expect((await project.journal("deaf")).slice(-1)).toEqual(["run.cancelled"]);
  });

  it("twice ends at once, and reads as interrupted", async () => {
    await using project = await testProject({ "agent.ts": DEAF });
    const running = project.start("run", "agent.ts", "--run-id", "deaf");
    await running.saying("hears nothing");
    running.child.kill("SIGINT");
    await running.saying("cancelling the run");
    running.child.kill("SIGINT");
    expect(await running.ended).toMatchObject({ code: 130, stdout: "" });
    expect((await project.dad("show", "deaf")).stdout).toMatch(/deaf interrupted/);
  });

  it("ends with the run, whatever the agent left running", async () => {
    await using project = await testProject({ "agent.ts": callbackAgent("setInterval(() => {}, 1000);") });
    expect((await project.dad("run", "agent.ts")).code).toBe(0);
  });
});
