import { execFileSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { ForkReport, type RunManifest } from "@dad/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testProject, type TestProject } from "./project.ts";

/** Reads something, has a model make a text of it, and writes that down. */
const WRITER = `
import { agent } from "@dad/agent";
import { applyFileOperations, askModel, runCommand } from "@dad/nodes";

export const writer = agent("writer", { variables: { tone: "dry" } })
  .node("read", runCommand({ argv: ["echo", "a text"] }))
  .node("draft", ({ read }) => askModel({ model: "author", prompt: \`$var{tone}: \${read.stdout}\`, settings: { temperature: 0 } }))
  .node("save", ({ draft }) => applyFileOperations({ operations: [{ type: "create_file", path: "text.txt", content: draft.text }] }));
`;

/**
 * The model "author" says how it was asked. A call costs a cent; those of the profile "pairs" are answered two by two, of "free" nobody
 * knows the price, and those of "deaf" are answered when they are cancelled.
 */
const CONFIG = `
import { defineConfig } from "@dad/config";

const waiting: (() => void)[] = [];
const pair = () =>
  new Promise<void>((met) => {
    if (waiting.push(met) === 2) for (const goOn of waiting.splice(0)) goOn();
  });
const cancelled = (signal: AbortSignal) => new Promise<void>((_, stop) => signal.addEventListener("abort", () => stop(signal.reason)));

const author = (costUsd: number | null, wait: (signal: AbortSignal) => Promise<void> = async () => {}) => ({
  provider: "priced",
  modelId: "priced-1",
  capabilities: { structuredOutput: true, recorded: false, streaming: false, tools: false, files: false },
  generate: async ({ messages, settings }: any, { signal }: any) => {
    await wait(signal);
    if (settings.temperature > 1) throw new Error("too hot");
    const tone = JSON.stringify(messages).includes("warm") ? "warm" : "dry";
    const text = \`\${tone} \${settings.temperature > 0.5 ? "and free" : "and strict"}\`;
    return { text, finishReason: "stop", usage: { inputTokens: 12, outputTokens: 3, costUsd }, modelId: "priced-1" };
  },
});

const profile = (model: unknown) => ({ models: { author: model as never } });
const resources = { default: profile(author(0.01)), pairs: profile(author(0.01, pair)), free: profile(author(null)), deaf: profile(author(0.01, cancelled)) };
export default defineConfig({ resources, profile: "default" });
`;

const TEMPERATURE = "writer.draft.settings.temperature";
/** Values of a setting to try. */
const tried = (...values: number[]) => values.flatMap((value) => ["--set", `${TEMPERATURE}=${value}`]);

describe("dad fork", () => {
  let project: TestProject;
  const runs = async () => (await readdir(project.path("runs"))).filter((name) => !name.startsWith(".") && name !== "outcome");
  const fork = (...args: string[]) => project.dad("fork", "base", "--from", "writer.draft", ...args);
  const reportOf = ({ stdout }: { readonly stdout: string }) => ForkReport.parse(JSON.parse(stdout));

  beforeAll(async () => {
    project = await testProject({ "agent.ts": WRITER, "dad.config.ts": CONFIG });
    await project.dad("run", "agent.ts", "--run-id", "base");
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it("tries two values of a setting, and shows what came of them side by side", async () => {
    const { code, stdout, stderr } = await fork(...tried(0.1, 0.9));
    expect(code).toBe(0);
    const [head, base, one, two, , ...rest] = stdout.split("\n");
    expect(head).toMatch(/^# +SET +STATUS +NODES +IN +OUT +COST +TOOK +FILES +OUTPUTS +RUN$/);
    expect(base).toMatch(/^0 +the earlier run +completed +3 +12 +3 +\$0\.0100 +\S+ +A +base$/);
    expect(one).toMatch(/^1 +temperature=0\.1 +completed +2 +12 +3 +\$0\.0100 +\S+ +0 +A +rerun_\S+$/);
    expect(two).toMatch(/^2 +temperature=0\.9 +completed +2 +12 +3 +\$0\.0100 +\S+ +1 +B +rerun_\S+$/);
    const second = two?.split(" ").at(-1) ?? "";
    expect(rest).toEqual([
      "of        base from writer.draft",
      "tokens    24 in, 6 out",
      "cost      $0.0200",
      `next      dad diff base ${second}`,
      `          dad show ${second}`,
      "",
    ]);
    expect(stderr).toMatch(/^\[2\] temperature=0\.9\n/m);
    expect(stderr).toMatch(/^\[2\] node writer\.draft completed \S+\n/m);
    expect((await project.dad("diff", "base", second)).code).toBe(10);
  });

  it("executes what comes before the start in no child, and leaves the files of each in a branch of its own", async () => {
    const { children } = reportOf(await fork(...tried(0.1, 0.9), "--set", 'writer.tone="warm"', "--prefix", "nightly", "--json"));
    expect(children.map(({ set, executed, reused }) => ({ set, executed, reused }))).toEqual(
      [0.1, 0.9].map((value) => ({ set: { "writer.draft": { "settings.temperature": value }, writer: { tone: "warm" } }, executed: 2, reused: 1 })),
    );
    const files: string[] = [];
    for (const { runId } of children) {
      expect(runId).toMatch(/^nightly_rerun_/);
      const manifest = await project.manifest(runId ?? "");
      expect(manifest.nodes.map(({ path, decision, origin }) => [path, decision, origin?.runId])).toEqual([
        ["writer.read", "reused", "base"],
        ["writer.draft", "executed", undefined],
        ["writer.save", "executed", undefined],
      ]);
      files.push(textIn(project, manifest));
    }
    expect(files).toEqual(["warm and strict", "warm and free"]);
  });

  it("asks a model again as often as is said, with as many children at a time as is said", async () => {
    const { code, stdout, stderr } = await fork("-n", "6", "--concurrency", "2", "--profile", "pairs", "--json");
    const { children } = reportOf({ stdout });
    expect({ code, count: children.length, statuses: new Set(children.map(({ status }) => status)) }).toEqual({
      code: 0,
      count: 6,
      statuses: new Set(["completed"]),
    });
    const going = mostGoing(stderr);
    // A model that answers two by two has proved that there were two.
    expect(going).toEqual({ begun: 6, most: 2 });
  });

  it("goes on with the others when a child fails, and says so by its exit code", async () => {
    const { code, stdout } = await fork(...tried(0.2, 7, 0.3));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^2 +temperature=7 +failed /m);
    expect(stdout).toMatch(/^child 2 +NODE_FAILED: node writer\.draft failed: too hot$/m);
    expect(stdout.match(/ completed .* A +rerun_/g)).toHaveLength(2);
  });

  it("starts no child any more when the budget is exhausted", async () => {
    const { code, stdout } = await fork("-n", "5", "--concurrency", "1", "--budget", "0.02", "--json");
    const { children, stopped, usage, budgetUsd } = reportOf({ stdout });
    expect({ code, budgetUsd, spent: usage.costUsd, stopped: stopped?.code }).toEqual({
      code: 4,
      budgetUsd: 0.02,
      spent: 0.02,
      stopped: "BUDGET_EXHAUSTED",
    });
    expect(children.map(({ status }) => status)).toEqual(["completed", "completed", "not started", "not started", "not started"]);
  });

  it("holds no cost to a budget that is not known", async () => {
    const { code, stdout } = await fork("-n", "3", "--concurrency", "1", "--budget", "100", "--profile", "free");
    expect(code).toBe(4);
    expect(stdout).toMatch(/^cost +unknown of a budget of \$100\.00$/m);
    expect(stdout).toMatch(/^stopped +BUDGET_EXHAUSTED: what child 1 of the fork costs is not known, .*give the prices/m);
    expect(stdout.match(/ not started$/gm)).toHaveLength(2);
  });

  it("cancels all children by Ctrl-C, and tells what became of them", async () => {
    const running = project.start("fork", "base", "--from", "writer.draft", "-n", "3", "--concurrency", "2", "--profile", "deaf", "--json");
    await Promise.all([running.saying("[1] node writer.draft started"), running.saying("[2] node writer.draft started")]);
    running.child.kill("SIGINT");
    const { code, stdout } = await running.ended;
    const { children, stopped } = reportOf({ stdout });
    expect({ code, stopped: stopped?.code }).toEqual({ code: 130, stopped: "RUN_CANCELLED" });
    expect(children.map(({ status }) => status)).toEqual(["cancelled", "cancelled", "not started"]);
  });

  it("executes nothing when one child is refused", async () => {
    const before = await runs();
    const { code, stdout, stderr } = await fork("--set", 'writer.tone="warm"', "--set", "writer.tone=3", "--json");
    expect(code).toBe(2);
    expect(stderr).toContain("error FORK_REFUSED: run base is not forked so, and nothing was executed: 1 of 2 children are refused\n");
    expect(stderr).toContain("child 2: RERUN_SET_INVALID: set writer.tone: it does not fit");
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "FORK_REFUSED", details: { count: 1 } } });
    expect(await runs()).toEqual(before);
  });

  it.each([
    ["nothing to try", ["--from", "writer.draft"], "a fork tries something"],
    ["no start", ["-n", "2"], "required option '--from <path>' not specified"],
    ["a start that is none", ["--from", "writer.darft", "-n", "2"], 'did you mean "writer.draft"?'],
    ["too many children", ["--from", "writer.draft", "-n", "51", ...tried(1, 2)], `2 of ${TEMPERATURE} × -n 51 are 102 children`],
    ["a budget of nothing", ["--from", "writer.draft", "-n", "2", "--budget", "0"], "It is no positive number of US dollars"],
    ["no children at a time", ["--from", "writer.draft", "-n", "2", "--concurrency", "0"], "It is no positive integer"],
  ])("executes nothing for %s", async (_name, args, problem) => {
    const before = await runs();
    expect(await project.dad("fork", "base", ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(problem) as string });
    expect(await runs()).toEqual(before);
  });
});

/** How many children were begun, and how many of them went on at most at a time, by what was told. */
function mostGoing(stderr: string): { readonly begun: number; readonly most: number } {
  let [begun, going, most] = [0, 0, 0];
  for (const line of stderr.split("\n")) {
    if (/^\[\d\] nothing is set$/.test(line)) {
      begun += 1;
      most = Math.max(most, ++going);
    } else if (/^\[\d\] run \S+ completed/.test(line)) going -= 1;
  }
  return { begun, most };
}

/** What a run wrote down. */
function textIn(project: TestProject, { outcome }: RunManifest): string {
  const [name = ""] = /[^/]+$/.exec(project.directory.replaceAll(" ", "-")) ?? [];
  return execFileSync("git", ["-C", project.path("runs", "outcome", name), "show", `${outcome?.commit}:text.txt`], { encoding: "utf8" });
}
