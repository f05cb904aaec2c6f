import { RunDetails, RunListEntry } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { shellAgent } from "./agents.ts";
import { testProject } from "./project.ts";

/** Sixty nodes. */
const LONG = `
import { agent, flow } from "@dad/agent";
import { callback } from "@dad/nodes";

const say = callback({ name: "say", version: "1", effect: "pure" }, (input: { it: number }) => input);
export const long = agent("long")
  .map("each", { items: Array.from({ length: 30 }, (_, at) => at), body: ({ item }) => flow("twice").node("a", say({ it: item })).node("b", say({ it: item })) });
`;

describe("dad ls", () => {
  it("lists the runs, newest first", async () => {
    await using project = await testProject({ "good.ts": shellAgent("true"), "bad.ts": shellAgent("exit 3") });
    await project.dad("run", "good.ts", "--run-id", "older");
    await project.dad("run", "bad.ts", "--run-id", "newer");
    const { code, stdout, stderr } = await project.dad("ls", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const runs = RunListEntry.array().parse(JSON.parse(stdout));
    expect(runs.map(({ runId, status, rootComponentId }) => [runId, status, rootComponentId])).toEqual([
      ["newer", "failed", "only"],
      ["older", "completed", "only"],
    ]);
    const lines = (await project.dad("ls")).stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^RUN +STATUS +STARTED +TOOK +AGENT$/);
    expect(lines.slice(1)).toEqual([expect.stringMatching(/^newer +failed .* only$/), expect.stringMatching(/^older +completed .* only$/)]);
  });

  it("is an empty list where there are no runs, with a hint on stderr", async () => {
    await using project = await testProject();
    const { code, stdout, stderr } = await project.dad("ls", "--json");
    expect({ code, list: JSON.parse(stdout) }).toEqual({ code: 0, list: [] });
    expect(stderr).toContain(`there are no runs in ${project.path("runs")}`);
    expect((await project.dad("ls")).stdout).toBe("");
  });

  it("refuses a run root that was written out and is not there", async () => {
    await using project = await testProject();
    const { code, stderr } = await project.dad("ls", "--run-root", "nowhere");
    expect(code).toBe(2);
    expect(stderr).toContain(`error RUN_ROOT_UNKNOWN: there are no runs in ${project.path("nowhere")}`);
  });

  it("does not say that there are no runs when there are some that cannot be read", async () => {
    await using project = await testProject({ "agent.ts": shellAgent("true") });
    await project.dad("run", "agent.ts", "--run-id", "torn");
    const journal = await project.read("runs/torn/journal.jsonl");
    await project.write("runs/torn/journal.jsonl", journal.replace("run.started", "run.startled"));
    const { code, stderr } = await project.dad("ls");
    expect(code).toBe(1);
    expect(stderr).toContain("run torn cannot be read");
    expect(stderr).not.toContain("there are no runs");
  });

  it("tells of a damaged run on stderr and lists the others", async () => {
    await using project = await testProject({ "agent.ts": shellAgent("true") });
    await project.dad("run", "agent.ts", "--run-id", "whole");
    await project.dad("run", "agent.ts", "--run-id", "torn");
    const journal = await project.read("runs/torn/journal.jsonl");
    await project.write("runs/torn/journal.jsonl", journal.replace("run.started", "run.startled"));
    const { code, stdout, stderr } = await project.dad("ls", "--json");
    expect(
      RunListEntry.array()
        .parse(JSON.parse(stdout))
        .map(({ runId }) => runId),
    ).toEqual(["whole"]);
    expect(stderr).toMatch(/run torn cannot be read\n {2}error JOURNAL_DAMAGED/);
    expect(code).toBe(1);
  });
});

describe("dad show", () => {
  it("shows a run and what its nodes left", async () => {
    await using project = await testProject({ "agent.ts": shellAgent("echo out") });
    await project.dad("run", "agent.ts", "--run-id", "shown");
    const { code, stdout, stderr } = await project.dad("show", "shown", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const run = RunDetails.parse(JSON.parse(stdout));
    expect(run).toMatchObject({ runId: "shown", status: "completed", runDir: project.path("runs", "shown"), outcome: { branch: "run/shown" } });
    const output = run.nodes[0]?.artifacts.find(({ name }) => name === "stdout");
    expect(output).toMatchObject({ digest: expect.stringMatching(/^sha256:/), size: 4 });
    expect(await project.read("runs/shown", output?.path ?? "")).toBe("out\n");
    expect((await project.dad("show", "shown")).stdout).toContain(`${output?.path}`);
  });

  it("shows why a run failed", async () => {
    await using project = await testProject({ "agent.ts": shellAgent("echo no luck >&2; exit 3") });
    await project.dad("run", "agent.ts", "--run-id", "unlucky");
    const { code, stdout } = await project.dad("show", "unlucky");
    expect(code).toBe(0);
    expect(stdout).toMatch(/unlucky failed/);
    expect(stdout).toMatch(/error NODE_FAILED: [^]*no luck/);
  });

  it("shows some of a long run, what somebody asks for, or all of it", async () => {
    await using project = await testProject({ "agent.ts": LONG });
    const ran = await project.dad("run", "agent.ts", "--run-id", "long");
    const said = "  … and 20 more that completed: dad show long --all\n";
    expect(ran.stdout).toContain(said);
    const show = async (...args: string[]) => (await project.dad("show", "long", ...args)).stdout;
    const nodesIn = (text: string) => text.match(/✔ long\.each\.iter_\d+\.\w+/g)?.length;
    const some = await show();
    expect([nodesIn(some), some]).toEqual([40, expect.stringContaining(said)]);
    expect(nodesIn(await show("--all"))).toBe(60);
    const one = await show("--node", "long.each.iter_2");
    expect(one.match(/✔ .*?(?= )/g)).toEqual(["✔ long.each.iter_2.a", "✔ long.each.iter_2.b"]);
    expect(await show("--node", "long.each")).toContain("more that completed: dad show long --node long.each --all\n");
    expect(RunDetails.parse(JSON.parse(await show("--json"))).nodes).toHaveLength(60);
    const { nodes, components } = RunDetails.parse(JSON.parse(await show("--json", "--node", "long.each.iter_2.b")));
    expect([nodes.map(({ path }) => path), components]).toEqual([["long.each.iter_2.b"], []]);
    expect(await project.dad("show", "long", "--node", "long.each.iter_2.c")).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining(
        'error USAGE_INVALID: nothing of run long is at "long.each.iter_2.c"; did you mean "long.each.iter_2.a"?',
      ) as string,
    });
  });

  it("has all of a run with --json anyhow", async () => {
    await using project = await testProject();
    expect(await project.dad("show", "long", "--all", "--json")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'--all' cannot be used with option '--json'") as string,
    });
  });

  it("suggests what may have been meant by an unknown run", async () => {
    await using project = await testProject({ "agent.ts": shellAgent("true") });
    await project.dad("run", "agent.ts", "--run-id", "known");
    const slip = await project.dad("show", "knwon", "--json");
    expect(slip.code).toBe(2);
    expect(slip.stderr).toContain('error RUN_UNKNOWN: there is no run "knwon"');
    expect(slip.stderr).toContain("did you mean known?");
    expect(JSON.parse(slip.stdout)).toMatchObject({ error: { code: "RUN_UNKNOWN" } });
    expect((await project.dad("show", "../../etc")).stderr).toContain("the newest is known");
  });

  it("refuses a run root that is not there", async () => {
    await using project = await testProject();
    const { code, stderr } = await project.dad("show", "any", "--run-root", "nowhere");
    expect(code).toBe(2);
    expect(stderr).toContain(`error RUN_ROOT_UNKNOWN: there are no runs in ${project.path("nowhere")}`);
  });
});
