import { StatsReport } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { ASKER, scriptedConfig, shellAgent } from "./agents.ts";
import { testProject } from "./project.ts";

describe("dad stats", () => {
  it("adds up runs, their nodes, and the calls of models in their traces", async () => {
    await using project = await testProject({ "good.ts": ASKER, "bad.ts": shellAgent("exit 3"), "dad.config.ts": scriptedConfig({ title: "t" }) });
    expect((await project.dad("run", "good.ts")).code).toBe(0);
    expect((await project.dad("run", "bad.ts")).code).toBe(1);
    const stats = async (...args: string[]) => StatsReport.parse(JSON.parse((await project.dad("stats", "--json", "--since", "1h", ...args)).stdout));
    const [byAgent, byNode, byModel] = [await stats("--by", "agent"), await stats("--by", "node"), await stats("--by", "model")];
    expect(byAgent.total).toMatchObject({ count: 2, completed: 1, failed: 1 });
    expect(byAgent.groups.map(({ key }) => key).sort()).toEqual(["asker", "only"]);
    expect(byNode.groups.find(({ key }) => key === "asker.ask")).toMatchObject({ count: 1, completed: 1 });
    expect(byModel.groups).toMatchObject([
      { key: "scripted/scripted-1", count: 1, completed: 1, usage: { inputTokens: 0, recorded: { inputTokens: 12 } } },
    ]);
    expect(byAgent.total.usage).toMatchObject({ inputTokens: 0, recorded: { inputTokens: 12 } });
    const { stdout } = await project.dad("stats", "--by", "agent");
    expect(stdout).toMatch(/^2 runs since .*: 1 completed, 1 failed\n\nAGENT +RUNS +CHART +FAILED/);
  });

  it("refuses what is no time, before anything is read", async () => {
    await using project = await testProject();
    const { code, stderr } = await project.dad("stats", "--since", "yesterday", "--run-root", "nowhere");
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--since "yesterday" is no time: give it as 30m') });
  });

  it("adds up all others when one run cannot be read, says which, and fails", async () => {
    await using project = await testProject({ "agent.ts": shellAgent("true") });
    for (const runId of ["whole", "torn"]) await project.dad("run", "agent.ts", "--run-id", runId);
    const journal = await project.read("runs/torn/journal.jsonl");
    await project.write("runs/torn/journal.jsonl", journal.replace("run.started", "run.startled"));
    const { code, stdout, stderr } = await project.dad("stats");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^1 run since/);
    expect(stderr).toContain("run torn cannot be read");
  });
});
