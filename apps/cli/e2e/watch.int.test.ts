import { CloudEvent, fromCloudEvent } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { callbackAgent, shellAgent } from "./agents.ts";
import { testProject } from "./project.ts";
import { HAPPENS, writeRun } from "./written-runs.ts";

const { begun, component, node, asks, nodeParked, runParked, resumed, completed } = HAPPENS;

describe("dad watch", () => {
  it("shows a run of another process to its end, as its exit code, and who leaves does not disturb it", async () => {
    await using project = await testProject({ "agent.ts": shellAgent("until [ -e go ]; do sleep 0.05; done; exit 3") });
    const running = project.start("run", "agent.ts", "--run-id", "slow", "--no-outcome");
    await running.saying("node only.step started");
    const [watching, leaving, piped] = [project.start("watch", "slow"), project.start("watch", "slow"), project.start("watch", "slow", "--json")];
    await leaving.saying("  ● step ");
    leaving.child.kill("SIGINT");
    const left = await leaving.ended;
    expect({ code: left.code, stdout: left.stdout }).toEqual({ code: 0, stdout: "" });
    expect(left.stderr).toMatch(/^● only .*\n {2}● step .*\nslow .*cost \$0\.00\nleft: run slow goes on; to come back: dad watch slow\n$/);
    await watching.saying("  ● step ");
    await project.write("runs/slow/workspace/go", "");
    const ended = await Promise.all([running.ended, watching.ended, piped.ended]);
    expect(ended.map(({ code }) => code)).toEqual([1, 1, 1]);
    expect(ended[1].stderr).toMatch(/\nnode only\.step failed \S+: COMMAND_FAILED: /);
    expect(ended[1].stdout).toMatch(/^run {7}slow failed in /);
    expect(ended[2].stderr).toBe("");
    const events = ended[2].stdout
      .trimEnd()
      .split("\n")
      .map((line) => CloudEvent.parse(JSON.parse(line)));
    expect(events.map((event) => fromCloudEvent(event).type)).toEqual(await project.journal("slow"));
  });

  it("says that a run is interrupted when whoever works on it is killed", async () => {
    await using project = await testProject({ "agent.ts": callbackAgent("await new Promise(() => {});") });
    const running = project.start("run", "agent.ts", "--run-id", "killed");
    await running.saying("node only.step started");
    const [watching, piped] = [project.start("watch", "killed"), project.start("watch", "killed", "--json")];
    await Promise.all([watching.saying("  ● step "), piped.printing(".node.started.")]);
    running.child.kill("SIGKILL");
    const { code, stdout } = await watching.ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/^run {7}killed interrupted/);
    expect(stdout).toMatch(/\nnext {6}dad resume killed/);
    expect(await piped.ended).toMatchObject({
      code: 1,
      stderr: "run killed is interrupted: nobody works on it; to go on with it: dad resume killed\n",
    });
  });

  it("shows the end of a run that is over, at once", async () => {
    await using project = await testProject();
    await using run = await writeRun(project, "over");
    await run.record(begun, completed);
    const { code, stdout, stderr } = await project.dad("watch", "over");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^run {7}over completed in /);
    expect(await project.dad("watch", "ovre")).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean over?") as string });
  });

  it("ends when a run waits, with 3, or stays until it is over, whoever goes on with it", async () => {
    await using project = await testProject();
    const first = await writeRun(project, "asks");
    await first.record(begun, component, node);
    const [waiting, staying] = [project.start("watch", "asks"), project.start("watch", "asks", "-f")];
    await Promise.all([waiting.saying("  ● ask "), staying.saying("  ● ask ")]);
    await first.record(asks, nodeParked, runParked);
    await first[Symbol.asyncDispose]();
    const { code, stdout, stderr } = await waiting.ended;
    expect(code).toBe(3);
    expect(stdout).toMatch(/^run {7}asks waiting/);
    expect(stderr).toContain("\nasker.ask asks: Shall I?; dad answer asks asker.ask:ok\n");
    expect(stderr).toContain("\nrun asks waits for asker.ask:ok\n");
    await using second = await writeRun(project, "asks");
    await second.record(resumed);
    await staying.saying("run asks resumed");
    await second.record(completed);
    expect(await staying.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^run {7}asks completed/) as string });
  });
});
