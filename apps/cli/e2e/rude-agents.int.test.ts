import { openSync } from "node:fs";
import { RunSummary } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { callbackAgent, GREETER, shellAgent } from "./agents.ts";
import { testProject } from "./project.ts";

const FOREVER = "await new Promise((_, stop) => context.signal.addEventListener('abort', () => stop(new Error('stopped'))));";
const LATER = 'setTimeout(() => { throw new RangeError("boom"); });';

/** What code of an agent does wrong where no node can catch it. */
const UNCAUGHT: readonly (readonly [name: string, code: string])[] = [
  ["throws in a timer", `${LATER} ${FOREVER}`],
  ["throws in a timer while a node goes on that hears nothing", `${LATER} await new Promise(() => {});`],
  ["throws in a timer while a node ends well", `${LATER} await new Promise((done) => setTimeout(done, 500));`],
  ["leaves a rejection to nobody", `void Promise.reject(new RangeError("boom")); ${FOREVER}`],
];

const agentFile = (code: string) => callbackAgent(code).replace("async ()", "async (_settings, context)");

describe("an agent that", () => {
  it.each(UNCAUGHT.map(([name, code]) => ({ name, code })))("$name fails the run, which is recorded", async ({ code }) => {
    await using project = await testProject({ "agent.ts": agentFile(code) });
    const { code: exitCode, stdout, stderr } = await project.dad("run", "agent.ts", "--json", "--run-id", "rude");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("error UNCAUGHT_ERROR: ");
    expect(stderr).toMatch(/boom[^]*\n {4}at .*agent\.ts:5:/);
    expect(stderr).not.toContain("Node.js v");
    const error = { code: "UNCAUGHT_ERROR", cause: { message: "boom" } };
    expect(RunSummary.parse(JSON.parse(stdout))).toMatchObject({ status: "failed", error });
    expect(await project.manifest("rude")).toMatchObject({ status: "failed", error });
    expect((await project.journal("rude")).at(-1)).toBe("run.failed");
  });

  it("ends the program from inside the run does not make it a success", async () => {
    await using project = await testProject({ "agent.ts": callbackAgent("process.exit(0);") });
    const { code, stdout, stderr } = await project.dad("run", "agent.ts", "--run-id", "gone");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("the program was ended from inside the run");
    expect(stderr).toContain("dad resume goes on with it");
    expect((await project.dad("show", "gone")).stdout).toMatch(/gone interrupted/);
  });

  it("ends the program with a code of its own keeps that", async () => {
    await using project = await testProject({ "agent.ts": callbackAgent("process.exit(7);") });
    expect(await project.dad("run", "agent.ts")).toMatchObject({ code: 7, stdout: "" });
  });

  it("writes to stdout does not disturb the result", async () => {
    await using project = await testProject({
      "agent.ts": callbackAgent('process.stdout.write("half "); process.stdout.write("a line\\n"); process.stdout.write("the rest");'),
    });
    const { code, stdout, stderr } = await project.dad("run", "agent.ts", "--json");
    expect(code).toBe(0);
    expect(RunSummary.parse(JSON.parse(stdout)).status).toBe("completed");
    expect(stderr).toContain("half a line\n");
    expect(stderr).toContain("the rest\n");
  });

  it("wrote to stdout while it was loaded does not disturb the error", async () => {
    await using project = await testProject({ "agent.ts": 'process.stdout.write("loading\\n");' });
    const { stdout, stderr } = await project.dad("run", "agent.ts", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "AGENT_MISSING" } });
    expect(stderr).toContain("loading\n");
  });
});

describe("a run that nobody listens to", () => {
  it("goes on when stderr is closed", async () => {
    await using project = await testProject({ "agent.ts": GREETER });
    const running = project.start("run", "agent.ts", "--run-id", "unheard");
    running.child.stderr?.destroy();
    expect(await running.ended).toMatchObject({ code: 0, stdout: expect.stringContaining("unheard completed") as string });
    expect((await project.manifest("unheard")).status).toBe("completed");
  });

  it.each([
    ["true", 1, "completed"],
    ["exit 3", 1, "failed"],
  ])("is done to its end when stdout is closed (%s), and is no success", async (line, exitCode, status) => {
    await using project = await testProject({ "agent.ts": shellAgent(line) });
    const running = project.start("run", "agent.ts", "--run-id", "unheard");
    running.child.stdout?.destroy();
    expect((await running.ended).code).toBe(exitCode);
    expect((await project.manifest("unheard")).status).toBe(status);
  });

  it("is no success when its result could not be written", async () => {
    await using project = await testProject({ "agent.ts": shellAgent("true") });
    await project.write("read-only", "");
    const running = project.startInto(openSync(project.path("read-only"), "r"), "run", "agent.ts", "--json", "--run-id", "untold");
    expect((await running.ended).code).toBe(1);
    expect((await project.manifest("untold")).status).toBe("completed");
  });
});
