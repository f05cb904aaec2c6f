import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { callbackAgent, shellAgent } from "./agents.ts";
import { testProject } from "./project.ts";

/** Waits for ever, with nothing left to do, and does not look at its signal. Says when it is executed: that it started is said before, when an abort still keeps it from that. */
const DEAF = callbackAgent(`console.log("hears nothing"); await new Promise(() => {});`);

/** A shell and what it started, both of which hear no polite request to end. Their process ids are in a file of the project. */
function deafShell(file: string): string {
  return `trap "" INT TERM HUP; sleep 600 & echo $$ $! > '${file}.new'; mv '${file}.new' '${file}'; wait; sleep 600`;
}

async function pidsIn(file: string): Promise<number[]> {
  const text = await vi.waitUntil(() => readFile(file, "utf8").catch(() => undefined), { timeout: 30_000 });
  return text.trim().split(" ").map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // Where the first process reaps nobody, a dead one is still listed.
  return !/^State:\s+Z/m.test(existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, "utf8") : "");
}

describe("a run that is interrupted", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("by %s is cancelled and recorded", async (signal) => {
    await using project = await testProject({ "agent.ts": shellAgent("sleep 600") });
    const running = project.start("run", "agent.ts", "--run-id", "stopped");
    await running.saying("node only.step started");
    running.child.kill(signal);
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^run {7}stopped cancelled/);
    expect(stdout).toContain("\nnext      dad resume stopped\n          dad show stopped\n");
    expect(stderr).toContain("error RUN_CANCELLED: cancelled by");
    expect(await project.manifest("stopped")).toMatchObject({
      status: "cancelled",
      error: { code: "RUN_CANCELLED" },
      nodes: [{ status: "cancelled" }],
    });
    expect((await project.journal("stopped")).slice(-1)).toEqual(["run.cancelled"]);
    expect(await project.journal("stopped")).toContain("node.cancelled");
  });

  it("says who cancelled it, also when a node only says that it was aborted", async () => {
    const waiting = callbackAgent(`console.log("waiting"); await (await import("node:timers/promises")).setTimeout(1e9, undefined, { signal });`);
    await using project = await testProject({ "agent.ts": waiting.replace("async ()", "async (_input: object, { signal })") });
    const running = project.start("run", "agent.ts", "--run-id", "stopped");
    await running.saying("waiting");
    running.child.kill("SIGINT");
    const { code, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stderr).toContain("error RUN_CANCELLED: cancelled by Ctrl-C");
    expect(stderr).not.toContain("ABORTED");
    const shown = (await project.dad("show", "stopped", "--run-root", "runs")).stdout;
    expect(shown).toContain("error RUN_CANCELLED: cancelled by Ctrl-C");
    expect(shown).toContain("\nnext      dad resume stopped\n");
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

  it("twice ends at once with all that it started, and reads as interrupted", async () => {
    await using project = await testProject();
    const file = project.path("pids");
    await project.write("agent.ts", shellAgent(deafShell(file)));
    const running = project.start("run", "agent.ts", "--run-id", "deaf");
    const pids = await pidsIn(file);
    running.child.kill("SIGINT");
    await running.saying("cancelling the run");
    await delay(300); // Two that are closer together are one Ctrl-C.
    running.child.kill("SIGINT");
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).not.toContain("from inside the run");
    expect(stderr).toContain("the run reads as interrupted: dad resume goes on with it, and dad ls has its id\n");
    await expect.poll(() => pids.filter(isAlive)).toEqual([]);
    expect((await project.dad("show", "deaf")).stdout).toMatch(/deaf interrupted[^]*\nnext {6}dad resume deaf\n/);
  });

  it("is cancelled once by a Ctrl-C that arrives twice", async () => {
    await using project = await testProject({ "agent.ts": shellAgent("sleep 600") });
    const running = project.start("run", "agent.ts", "--run-id", "stopped");
    await running.saying("node only.step started");
    running.child.kill("SIGINT");
    await running.saying("cancelling the run");
    running.child.kill("SIGINT");
    expect(await running.ended).toMatchObject({ code: 130, stdout: expect.stringMatching(/stopped cancelled/) as string });
    expect((await project.journal("stopped")).slice(-1)).toEqual(["run.cancelled"]);
  });

  it("ends with the run, whatever the agent left running", async () => {
    await using project = await testProject({ "agent.ts": callbackAgent("setInterval(() => {}, 1000);") });
    expect((await project.dad("run", "agent.ts")).code).toBe(0);
  });
});
