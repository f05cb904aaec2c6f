import { execFileSync } from "node:child_process";
import { RunListEntry, RunSummary } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { ASKER, GREETER, scriptedConfig, shellAgent } from "./agents.ts";
import { testProject } from "./project.ts";

describe("dad run", () => {
  it("runs an agent of a file outside of any package and tells how it went", async () => {
    await using project = await testProject({ "my agent.ts": GREETER });
    const { code, stdout, stderr } = await project.dad("run", "my agent.ts", "--run-id", "first");
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^loading the greeter\nrun first started\n/) });
    expect(stderr).toMatch(/node greeter\.who completed \d+(ms|\.\ds)\n/);
    expect(stdout).toMatch(/^run {7}first completed in /);
    expect(stdout).toMatch(/✔ greeter\.note {2}completed/);
    expect(stdout).toContain("artifacts runs/first\n");
    expect(stdout).toContain("next      dad show first\n          dad report first\n          dad outcome show first\n          dad ls\n");
    const diff = /^ +(git -C .*)$/m.exec(stdout)?.[1] ?? "";
    expect(execFileSync("sh", ["-c", diff], { cwd: project.directory, encoding: "utf8" })).toContain("+hello world");
  });

  it("prints one JSON object of the public form, and nothing else on stdout", async () => {
    await using project = await testProject({ "agent.ts": GREETER });
    const { code, stdout } = await project.dad("run", "agent.ts", "--json", "--prefix", "nightly");
    const run = RunSummary.parse(JSON.parse(stdout));
    expect(code).toBe(0);
    expect(run.runId).toMatch(/^nightly_run_\d{8}_\d{6}_[0-9a-f]+$/);
    expect(Object.keys(run).sort()).toEqual(["executionId", "nodes", "outcome", "runDir", "runId", "status", "usage"]);
    expect(run.nodes.map((node) => Object.keys(node).sort())).toEqual([
      ["attempt", "decision", "durationMs", "path", "status"],
      ["attempt", "decision", "durationMs", "path", "status"],
    ]);
    expect(run.outcome).toMatchObject({ branch: `run/${run.runId}`, commit: expect.stringMatching(/^[0-9a-f]{40,64}$/) });
  });

  it("says of a failure that did not end the run what it was", async () => {
    const handled = shellAgent("echo no luck >&2; exit 3").replace("}));", '}), { onFailure: "continue" });');
    await using project = await testProject({ "agent.ts": handled });
    const { code, stdout, stderr } = await project.dad("run", "agent.ts");
    const why = "COMMAND_FAILED: .*exit code 3.*";
    expect(code).toBe(0);
    expect(stderr).toMatch(new RegExp(`node only\\.step failed \\S+: ${why}\nnode only\\.step was allowed to fail: .*exit code 3`));
    expect(stdout).toMatch(new RegExp(`only\\.step +failed +\\S+ +allowed to fail\n {6}${why}\n`));
    const { nodes } = RunSummary.parse(JSON.parse((await project.dad("run", "agent.ts", "--json")).stdout));
    expect(nodes).toMatchObject([{ status: "failed", handled: "continue", attempt: 1 }]);
  });

  it("gives static inputs to the agent, those of the line over those of the file", async () => {
    await using project = await testProject({ "agent.ts": GREETER, "inputs.json": '{"greeter":{"name":"file"}}' });
    await project.dad("run", "agent.ts", "--run-id", "a", "--static-inputs", "inputs.json");
    await project.dad("run", "agent.ts", "--run-id", "b", "--static-inputs", "inputs.json", "--input", 'greeter={"name":"line"}');
    expect(await project.artifact("a", "stdout")).toBe("hello file\n");
    expect(await project.artifact("b", "stdout")).toBe("hello line\n");
  });

  it("uses the config above the agent file, wherever it is called from", async () => {
    await using project = await testProject({ "app/dad.config.ts": scriptedConfig({ title: "T" }), "app/src/agent.ts": ASKER });
    const { code, stdout } = await project.dad("run", "app/src/agent.ts", "--run-id", "asked");
    expect(code).toBe(0);
    expect(stdout).toContain("profile   test: the model is a script\n");
    expect(stdout).toContain("tokens    0 in, 0 out\nrecorded  1 reply, 12 in, 3 out (nothing paid)\ncost      $0.00\n");
    expect(stdout).toContain("artifacts app/runs/asked\n");
    // Asked from here, the usual run root is another one: the command says which it is.
    const show = /^next {6}dad (.*)$/m.exec(stdout)?.[1]?.split(" ") ?? [];
    expect((await project.dad(...show)).stdout).toContain("asked completed");
  });

  it("runs a file that is CommonJS", async () => {
    const common = 'require("@dad/agent").agent("common").node("n", require("@dad/nodes").runCommand({ argv: ["echo"] }))';
    await using project = await testProject({ "agent.cjs": `exports.agent = ${common};` });
    expect(await project.dad("run", "agent.cjs", "--run-id", "c")).toMatchObject({ code: 0, stdout: expect.stringContaining("agent     common") });
  });

  it("lets a project's own packages win", async () => {
    await using project = await testProject({
      "agent.ts": 'import { mine } from "@dad/agent";\nexport const agent = mine;\n',
      "node_modules/@dad/agent/package.json": '{ "name": "@dad/agent", "type": "module", "exports": "./index.js" }',
      "node_modules/@dad/agent/index.js": `
        import { runCommand } from "@dad/nodes";
        export const mine = { kind: "agent", id: "mine", variables: {}, elements: [{ id: "n", definition: runCommand({ argv: ["echo"] }) }] };
      `,
    });
    const { code, stdout } = await project.dad("run", "agent.ts", "--json");
    expect(code).toBe(0);
    expect(stdout).not.toContain("error");
    const [run] = RunListEntry.array().parse(JSON.parse((await project.dad("ls", "--json")).stdout));
    expect(run?.rootComponentId).toBe("mine");
  });

  it("makes two runs at once that do not touch each other", async () => {
    await using project = await testProject({ "agent.ts": GREETER });
    const names = ["ada", "bob"];
    const ended = await Promise.all(names.map((name) => project.dad("run", "agent.ts", "--json", "--input", `greeter={"name":"${name}"}`)));
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    const runs = ended.map(({ stdout }) => RunSummary.parse(JSON.parse(stdout)));
    expect(new Set(runs.map(({ runId }) => runId)).size).toBe(2);
    for (const [at, { runId, outcome }] of runs.entries()) {
      expect(await project.artifact(runId, "stdout")).toBe(`hello ${names[at]}\n`);
      const shown = (await project.dad("show", runId)).stdout;
      const repository = /git -C ('[^']+'|\S+) diff/.exec(shown)?.[1]?.replaceAll("'", "") ?? "";
      const content = execFileSync("git", ["-C", repository, "show", `${outcome?.commit}:greeting.txt`], {
        cwd: project.directory,
        encoding: "utf8",
      });
      expect(content).toBe(`hello ${names[at]}\n`);
    }
  });
});
