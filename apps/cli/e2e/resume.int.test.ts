import { once } from "node:events";
import { rename } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { askingAgent, callbackAgent, scriptedConfig, shellAgent } from "./agents.ts";
import { type TestProject, testProject } from "./project.ts";

/** Three nodes that say when they are executed: the second fails as long as there is no file "go". */
const STOPS = `
import { existsSync } from "node:fs";
import { agent } from "@dad/agent";
import { callback } from "@dad/nodes";

const say = callback({ name: "say", version: "1", effect: "pure" }, (input: { word: string; needs?: string }) => {
  console.log("executed " + input.word);
  if (input.needs && !existsSync(input.needs)) throw new Error(input.needs + " is missing");
  return { word: input.word };
});
export const stops = agent("stops")
  .node("one", say({ word: "one" }))
  .node("two", say({ word: "two", needs: "go" }))
  .node("three", ({ one }) => say({ word: one.word }));
`;

/** Writes "begun" into its file, and goes on once there is a file "go" beside the project. */
const PAYS = (directory: string) => shellAgent(`echo paid >> paid.txt; until test -e '${directory}/go'; do sleep 0.05; done`);

async function killed(project: TestProject, said: string): Promise<void> {
  const running = project.start("run", "src/agent.ts", "--run-id", "r");
  await running.saying(said);
  running.child.kill("SIGKILL");
  await running.ended;
}

describe("dad resume", () => {
  it("goes on with a run that failed, where it failed, with the agent that it was begun with", async () => {
    await using project = await testProject({ "src/agent.ts": STOPS });
    expect(await project.dad("run", "src/agent.ts", "--run-id", "r")).toMatchObject({ code: 1 });
    await project.write("go", "");
    const { code, stdout, stderr } = await project.dad("resume", "r");
    expect(code).toBe(0);
    expect(stderr).toMatch(/^run r resumed\nisolation process \(cooperative\)\nnode stops\.two started\nexecuted two\n/);
    expect(stderr).toContain("node stops.three completed");
    expect(stderr).not.toContain("stops.one");
    expect(stdout).toMatch(/^run {7}r completed/);
    expect(await project.manifest("r")).toMatchObject({ status: "completed", source: { file: "../src/agent.ts" } });
    const again = await project.dad("resume", "r");
    expect(again).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("RUN_COMPLETED") });
  });

  it("finds the agent also when the project was moved", async () => {
    await using project = await testProject({ "before/src/agent.ts": STOPS });
    expect(await project.dad("run", "before/src/agent.ts", "--run-id", "r", "--run-root", "before/runs")).toMatchObject({ code: 1 });
    await rename(project.path("before"), project.path("after"));
    await project.write("go", "");
    expect(await project.dad("resume", "r", "--run-root", "after/runs", "--json")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"completed"'),
    });
  });

  it("asks about what was interrupted and must not be done twice, and does it again only when it is told to", async () => {
    await using project = await testProject();
    await project.write("src/agent.ts", PAYS(project.directory));
    await killed(project, "node only.step started");
    expect((await project.dad("ls")).stdout).toMatch(/^r +interrupted/m);
    const before = await project.journal("r");
    const asked = await project.dad("resume", "r");
    expect(asked).toMatchObject({ code: 2, stdout: "" });
    expect(asked.stderr).toMatch(/NODE_OUTCOME_UNKNOWN: .*only\.step.*--assume-not-done.*--assume-done/);
    expect(asked.stderr).toContain("\n    only.step gives { exitCode: integer, stdout: string,");
    expect(await project.journal("r")).toEqual(before);
    await project.write("go", "");
    const { code, stderr } = await project.dad("resume", "r", "--assume-not-done");
    expect([code, stderr]).toEqual([0, expect.stringContaining("node only.step completed")]);
  });

  it("says which command a killed process left behind, as long as it goes on", async () => {
    await using project = await testProject();
    await project.write("src/agent.ts", shellAgent("sleep 1000 & sleep 1000"));
    const running = project.start("run", "src/agent.ts", "--run-id", "r");
    await expect.poll(async () => project.read("runs", "r", "journal.jsonl").catch(() => ""), { timeout: 20_000 }).toContain("command.started");
    running.child.kill("SIGKILL");
    await running.ended;
    const { code, stderr } = await project.dad("resume", "r");
    const said =
      /node only\.step was running a command when its process was killed, and it may still be going on: process group (\d+) \(sleep 1000 & sleep 1000\)\. To end it: kill -- -\1\n/;
    const group = Number(said.exec(stderr)?.[1]);
    expect([code, group]).toEqual([2, expect.any(Number)]);
    process.kill(-group, "SIGKILL");
    await expect.poll(async () => (await project.dad("resume", "r")).stderr, { timeout: 20_000 }).not.toContain("may still be going on");
  });

  it("looks at what is said of nodes before it asks about others", async () => {
    await using project = await testProject();
    await project.write("src/agent.ts", PAYS(project.directory));
    await killed(project, "node only.step started");
    for (const [args, message] of [
      [
        ["--assume-done", "only.stpe=1"],
        "ASSUMPTION_INVALID: node only.stpe: this definition has no such node. What is not known is whether only.step",
      ],
      [["--assume-not-done", "only"], "ASSUMPTION_INVALID: node only: this definition has no such node"],
      [["--assume-done", "only.step"], "received null. It gives { exitCode: integer, stdout: string,"],
    ] as const) {
      expect(await project.dad("resume", "r", ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
    }
    await project.write("go", "");
  });

  it("takes a person's word for what a node gave", async () => {
    await using project = await testProject();
    await project.write("src/agent.ts", PAYS(project.directory));
    await killed(project, "node only.step started");
    const given = { exitCode: 0, stdout: "paid", stderr: "", lost: { stdout: 0, stderr: 0 } };
    expect(await project.dad("resume", "r", "--assume-done", "only.step=nonsense")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("is not JSON"),
    });
    expect(await project.dad("resume", "r", "--assume-done", 'only.step={"exitCode":"zero"}')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/ASSUMPTION_INVALID: node only\.step: .*exitCode/),
    });
    const { code, stderr } = await project.dad("resume", "r", "--assume-done", `only.step=${JSON.stringify(given)}`);
    expect([code, stderr]).toEqual([0, expect.stringContaining("only.step assumed to be completed")]);
    expect(JSON.parse(await project.artifact("r", "outcome"))).toEqual(given);
    expect((await project.manifest("r")).nodes).toMatchObject([{ decision: "assumed", status: "completed" }]);
    await project.write("go", "");
  });

  it("says who works on a run, and takes it from a process that hangs when it is told to", async () => {
    await using project = await testProject({
      "src/agent.ts": callbackAgent(`console.log("at work"); await new Promise((go) => setTimeout(go, 300));`),
    });
    const hung = project.start("run", "src/agent.ts", "--run-id", "r");
    await hung.saying("at work");
    hung.child.kill("SIGSTOP");
    expect(await project.dad("resume", "r", "--assume-not-done")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(new RegExp(`RUN_LOCKED: process ${hung.child.pid} on .* works on run r`)),
    });
    expect(await project.dad("resume", "r", "--assume-not-done", "--take-over")).toMatchObject({ code: 0 });
    hung.child.kill("SIGCONT");
    expect(await hung.ended).toMatchObject({ code: 1, stderr: expect.stringContaining("RUN_TAKEN_OVER") });
    expect(await project.manifest("r")).toMatchObject({ status: "completed" });
    expect((await project.journal("r")).at(-1)).toBe("run.completed");
  });

  it("refuses another agent than the one that the run was begun with, unless that is allowed", async () => {
    await using project = await testProject({ "src/agent.ts": STOPS, "other.ts": STOPS.replace('word: "two"', 'word: "deux"') });
    await project.dad("run", "src/agent.ts", "--run-id", "r");
    await project.write("go", "");
    expect(await project.dad("resume", "r", "other.ts")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/DEFINITION_CHANGED: .*other\.ts.* as it is now: --allow-changed\n$/),
    });
    expect(await project.dad("resume", "r", "other.ts", "--allow-changed")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("executed deux"),
    });
  });

  it("leaves a run as it was when its agent asks for a model that the profile has not", async () => {
    await using project = await testProject({ "src/agent.ts": askingAgent("$var{who}"), "dad.config.ts": scriptedConfig({ titel: 1 }) });
    expect(await project.dad("run", "src/agent.ts", "--run-id", "r")).toMatchObject({ code: 1 });
    const before = await project.read("runs/r/journal.jsonl");
    await project.write("src/agent.ts", askingAgent("wirter"));
    const refused = await project.dad("resume", "r", "--allow-changed");
    expect(refused).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining('RESOURCE_UNKNOWN: profile "test"') });
    expect(refused.stderr).toContain('asker.ask: there is no model "wirter"; did you mean "writer"?');
    expect(await project.read("runs/r/journal.jsonl")).toBe(before);
  });

  it.each([
    [["resume", "nope"], "RUN_ROOT_UNKNOWN"],
    [["resume"], "missing required argument 'run'"],
    [["resume", "r", "--assume-dnoe", "x"], "unknown option '--assume-dnoe'"],
  ])("says what is wrong with dad %j", async (args, message) => {
    await using project = await testProject();
    expect(await project.dad(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });

  it("is what is left to do after a run was killed at any moment", async () => {
    await using project = await testProject({ "src/agent.ts": STOPS, go: "" });
    for (const said of ["run r started", "node stops.two started"]) {
      const how = said.startsWith("run") ? ["run", "src/agent.ts", "--run-id", "r"] : ["resume", "r"];
      const running = project.start(...how);
      await running.saying(said);
      running.child.kill("SIGKILL");
      await once(running.child, "close");
    }
    expect(await project.dad("resume", "r")).toMatchObject({ code: 0 });
    expect((await project.manifest("r")).nodes.map(({ status }) => status)).toEqual(["completed", "completed", "completed"]);
  });
});
