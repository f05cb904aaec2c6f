import { readdir, rm } from "node:fs/promises";
import { RerunPlan, RunSummary } from "@dad/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestProject, testProject } from "./project.ts";

/** Says what is executed, changes files, and does one thing that matters outside. */
const AGENT = `
import { agent, flow } from "@dad/agent";
import { callback, runCommand } from "@dad/nodes";

const say = callback({ name: "say", version: "1", effect: "pure", workspace: "none" }, ({ text }) => {
  console.log("executed " + text);
  return text.toUpperCase();
});
const shell = (text) => runCommand({ shell: text });
const again = { effect: "idempotent" };
export const writer = agent("writer", { variables: { task: "draft" } })
  .node("plan", say({ text: "$var{task}" }))
  .node("outline", shell("printf outline > outline.txt"), again)
  .node("draft", ({ plan }) => say({ text: \`write \${plan}\` }))
  .node("save", shell("cat outline.txt > draft.txt; printf ' saved' >> draft.txt"), again)
  .node("publish", ({ draft }) => runCommand({ argv: ["echo", draft] }))
  .node("last", ({ draft }) => say({ text: \`last \${draft}\` }));
`;

async function begun(agent = AGENT): Promise<TestProject> {
  const project = await testProject({ "agent.mjs": agent, go: "" });
  expect(await project.dad("run", "agent.mjs", "--run-id", "first")).toMatchObject({ code: 0 });
  return project;
}

const executedIn = (text: string) => [...text.matchAll(/^node (\S+) started$/gm)].map(([, path]) => path);
const planOf = ({ stdout }: { readonly stdout: string }) => RerunPlan.parse(JSON.parse(stdout));
const decisionsIn = (plan: RerunPlan) => Object.fromEntries(plan.nodes.map(({ path, decision }) => [path.slice("writer.".length), decision]));

describe("dad rerun", () => {
  it("executes nothing where nothing has changed, and says what comes from where", async () => {
    await using project = await begun();
    const { code, stdout, stderr } = await project.dad("rerun", "first", "--run-id", "second");
    expect([code, executedIn(stderr)]).toEqual([0, []]);
    expect(stdout).toMatch(/writer\.publish +completed +0ms +reused/);
    const { rerun, nodes } = await project.manifest("second");
    expect(rerun).toMatchObject({ of: "first", lineage: ["first"] });
    expect(nodes.map(({ decision, origin }) => [decision, origin?.runId, origin?.attempt])).toEqual(nodes.map(() => ["reused", "first", 1]));
  });

  it("begins in the middle, with the files of the nodes before, and repeats no effect that nobody allowed", async () => {
    await using project = await begun();
    const refused = await project.dad("rerun", "first", "--from", "writer.save");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toMatch(/RERUN_REFUSED[^]*writer\.publish would be executed again[^]*--allow-effects writer\.publish/);
    expect(await readdir(project.path("runs"))).not.toContainEqual(expect.stringContaining("rerun"));

    const { code, stderr, stdout } = await project.dad("rerun", "first", "--from", "writer.save", "--allow-effects", "--json");
    expect([code, executedIn(stderr)]).toEqual([0, ["writer.save", "writer.publish", "writer.last"]]);
    const { runId, outcome } = RunSummary.parse(JSON.parse(stdout));
    expect(runId).toMatch(/^rerun_\d{8}_\d{6}_[0-9a-f]{6}$/);
    const shown = await project.dad("diff", "first", runId, "--json");
    expect(JSON.parse(shown.stdout)).toMatchObject({ outcome: { changes: [] } });
    expect(outcome?.branch).toBe(`run/${runId}`);
  });

  it("executes what was changed in the agent, and what reads it only if it gave something else", async () => {
    await using project = await begun();
    await project.write("agent.mjs", AGENT.replace('text: "$var{task}"', 'text: "Draft"'));
    const same = await project.dad("rerun", "first", "--allow-effects");
    expect([same.code, executedIn(same.stderr)]).toEqual([0, ["writer.plan"]]);
    await project.write("agent.mjs", AGENT.replace("`write", "`rewrite"));
    const changed = await project.dad("rerun", "first", "--allow-effects", "writer.publish");
    expect([changed.code, executedIn(changed.stderr)]).toEqual([0, ["writer.draft", "writer.publish", "writer.last"]]);
  });

  it("sets what a person sets, and goes on with that in the next one", async () => {
    await using project = await begun();
    const set = ["--set", 'writer.plan.input={"text":"idea"}', "--allow-effects"];
    const { stderr } = await project.dad("rerun", "first", ...set, "--run-id", "second");
    expect(executedIn(stderr)).toEqual(["writer.plan", "writer.draft", "writer.publish", "writer.last"]);
    expect(stderr).toContain("executed idea");
    const again = await project.dad("rerun", "second");
    expect([again.code, executedIn(again.stderr)]).toEqual([0, []]);
  });

  it("carries static inputs over, unless others are given", async () => {
    await using project = await testProject({ "agent.mjs": AGENT });
    await project.dad("run", "agent.mjs", "--run-id", "first", "--input", 'writer={"task":"poem"}');
    expect(executedIn((await project.dad("rerun", "first")).stderr)).toEqual([]);
    const { stderr } = await project.dad("rerun", "first", "--input", 'writer={"task":"essay"}', "--allow-effects");
    expect(executedIn(stderr)).toEqual(["writer.plan", "writer.draft", "writer.publish", "writer.last"]);
  });

  it("goes on with a re-run that was interrupted, also when the run before is gone", async () => {
    await using project = await begun(AGENT.replace('shell("cat', 'shell("until test -e ../../../../go; do sleep 0.05; done; cat'));
    await rm(project.path("go"));
    const running = project.start("rerun", "first", "--from", "writer.save", "--allow-effects", "--run-id", "second");
    await running.saying("node writer.save started");
    running.child.kill("SIGKILL");
    await running.ended;
    await rm(project.path("runs", "first"), { recursive: true });
    await project.write("go", "");
    const { code, stderr } = await project.dad("resume", "second");
    expect([code, executedIn(stderr)]).toEqual([0, ["writer.save", "writer.publish", "writer.last"]]);
    expect(await project.manifest("second")).toMatchObject({ status: "completed" });
  });
});

describe("a run that is only looked at", () => {
  let project: TestProject;
  beforeAll(async () => {
    project = await begun();
    await project.write("other.mjs", 'import { agent } from "@dad/agent"; export const other = agent("other");');
  });
  afterAll(async () => project[Symbol.asyncDispose]());

  it.each([
    ["an unknown run", ["rerun", "frist"], /RUN_UNKNOWN[^]*did you mean first/],
    ["a short path", ["rerun", "first", "--from", "draft"], /RERUN_PATH_INVALID[^]*did you mean writer\.draft\?/],
    ["a path of nothing", ["rerun", "first", "--from", "writer.drft"], /RERUN_PATH_INVALID[^]*did you mean "writer\.draft"/],
    ["a setting that there is not", ["rerun", "first", "--set", "writer.plan.text=1"], /RERUN_SET_INVALID[^]*no setting "text"/],
    ["a value that is no JSON", ["rerun", "first", "--set", "writer.task=essay"], /is not JSON[^]*'"essay"'/],
    ["a path alone", ["rerun", "first", "--set", "writer.plan=1"], /RERUN_SET_INVALID|no variable|USAGE_INVALID/],
    ["an agent that is another one", ["rerun", "first", "other.mjs"], /RERUN_BASE_INVALID[^]*it is a run of writer, and this is other/],
    ["a node to pin that did not run", ["rerun", "first", "--pin", "writer.nothing"], /RERUN_PATH_INVALID/],
  ])("refuses %s, and makes no run", async (_what, args, problem) => {
    const { code, stdout, stderr } = await project.dad(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(problem);
    expect((await readdir(project.path("runs"))).filter((name) => name.includes("run_"))).toEqual([]);
  });

  it("is explained: nothing would be executed, and exits with 0", async () => {
    const explained = await project.dad("explain", "first", "--json");
    expect(explained.code).toBe(0);
    expect(new Set(Object.values(decisionsIn(planOf(explained))))).toEqual(new Set(["reuse"]));
  });

  it("is explained: what would be executed, the component that differs, and what cannot be known, and exits with 10", async () => {
    const explained = await project.dad("explain", "first", "--set", 'writer.plan.input={"text":"idea"}', "--allow-effects", "--json");
    expect(explained.code).toBe(10);
    const plan = planOf(explained);
    expect(decisionsIn(plan)).toEqual({
      plan: "execute",
      outline: "reuse",
      draft: "decided at run time",
      save: "reuse",
      publish: "decided at run time",
      last: "decided at run time",
    });
    expect(plan.nodes[0]?.because[0]).toMatchObject({ component: "settings.input", before: { text: "draft" }, after: { text: "idea" } });
    expect((await project.dad("rerun", "first", "--set", 'writer.plan.input={"text":"idea"}', "--dry-run")).stdout).toMatch(
      /writer\.publish +blocked[^]*refused +writer\.publish may be executed again/,
    );
  });
});

describe("a replay", () => {
  it("executes the code of the agent alone, and completes when that does as it did", async () => {
    await using project = await begun();
    const { code, stderr } = await project.dad("rerun", "first", "--replay");
    expect([code, executedIn(stderr)]).toEqual([0, ["writer.plan", "writer.draft", "writer.last"]]);
  });

  it("takes no option that says what is executed", async () => {
    await using project = await begun();
    for (const option of [["--from", "writer.last"], ["--reask", "writer.last"], ["--pin", "writer.last"], ["--no-reuse"]]) {
      const { code, stderr } = await project.dad("explain", "first", "--replay", ...option);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`option '--replay' cannot be used with option '${option[0]}`)]);
    }
  });

  it("fails at the first node that is told something else", async () => {
    await using project = await begun();
    await project.write("agent.mjs", AGENT.replace("`write", "`rewrite"));
    const { code, stderr } = await project.dad("rerun", "first", "--replay");
    expect(code).toBe(1);
    expect(stderr).toMatch(/REPLAY_DIVERGED|node writer\.draft is not as it was in run first: settings\.input/);
    expect(stderr).toContain("executed draft");
    expect(stderr).not.toContain("executed rewrite");
  });
});
