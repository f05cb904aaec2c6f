import { mkdir, readdir } from "node:fs/promises";
import { BisectReport } from "@dad/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scriptedConfig, shellAgent } from "./agents.ts";
import { BUILDER } from "./builder-agent.ts";
import { testProject, type TestProject } from "./project.ts";

// With ordinary processes, which every machine has. That tests are contained by default is tried where sandboxes are.
const COOPERATIVE = ["--adapter", "process", "--preset", "cooperative"];

describe("dad bisect", () => {
  let project: TestProject;

  beforeAll(async () => {
    project = await testProject({ "agent.ts": BUILDER, "idle.ts": shellAgent("true"), "dad.config.ts": scriptedConfig({ line: "bad" }) });
    await mkdir(project.path("tmp"));
    await project.dad("run", "agent.ts", "--run-id", "one", "--profile", "test");
    await project.dad("run", "idle.ts", "--run-id", "idle", "--profile", "test");
    await project.dad("rerun", "one", "--run-id", "two", "--from", "builder.last", "--profile", "test");
  });
  afterAll(() => project[Symbol.asyncDispose]());

  const start = (...args: string[]) => project.startWith({ env: { TMPDIR: project.path("tmp") } }, "bisect", ...args, ...COOPERATIVE);
  const bisect = (test: string, ...more: string[]) => start("one", "--test", test, ...more).ended;
  const left = () => readdir(project.path("tmp"));
  const reportOf = async (test: string, ...more: string[]) => BisectReport.parse(JSON.parse((await bisect(test, "--json", ...more)).stdout));

  it("finds the node whose commit made the test fail, and shows what its model was asked", async () => {
    const { code, stdout, stderr } = await bisect("echo looking; ! grep -q bad line.txt");
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^isolation process \(cooperative\)\ncommit 6 of 6, about 5 tests left: builder\.last … bad \(exit code 1, .*\)\ncommit 1 of 6, about 4 tests left: the start … good \(exit code 0, .*\)\ncommit 3 of 6, about 3 tests left: /,
    );
    expect(stderr).toMatch(/builder\.put … bad \(.*\)\n/);
    expect(stdout).toMatch(/^builder\.put made the test fail\n {2}commit [0-9a-f]{40}\n {2}files {2}A line\.txt\nthe test wrote\n {2}looking\n/);
    expect(stdout).toMatch(
      /^prompt of builder\.ask, of which it was made\n {2}\[user\]\n {2}A line, please\nanswer of builder\.ask\n {2}\{\n {4}"line": "bad"\n/m,
    );
    expect(stdout).toMatch(/^next\n {2}\S* ?dad why one builder\.put\n {2}git -C runs\/outcome\/\S+ show [0-9a-f]{40}\n/m);
    expect(stdout).toMatch(/dad rerun one --from builder\.ask\n$/);
  });

  it("finds it in a re-run among what that reused, and leaves nothing behind", async () => {
    const ended = await start("two", "--test", "mkdir -m 555 d; test ! -e second.txt", "--json").ended;
    const report = BisectReport.parse(JSON.parse(ended.stdout));
    expect(report).toMatchObject({
      result: "found",
      commits: 6,
      culprit: { path: "builder.second", decision: "reused", made: { runId: "one" }, prompt: null },
    });
    expect(report.tests.map(({ verdict }) => verdict).filter((verdict) => verdict === "unknown")).toEqual([]);
    expect(report.isolation).toMatchObject({ adapter: "process", preset: "cooperative" });
    expect(await left()).toEqual([]);
  });

  it("names those that are left when a test cannot tell", async () => {
    const report = await reportOf("test -e last.txt && exit 1; test -e first.txt && exit 125; exit 0");
    expect(report.result).toBe("narrowed");
    expect(report.candidates?.map(({ path }) => path)).toEqual(["builder.first", "builder.second", "builder.put", "builder.odd", "builder.last"]);
    expect(report.tests).toHaveLength(6);
  });

  it("takes what goes on after its time for bad", async () => {
    const report = await reportOf("test ! -e last.txt || sleep 1000", "--timeout", "0.3");
    expect(report).toMatchObject({ result: "found", culprit: { path: "builder.last" } });
    expect(report.tests[0]).toMatchObject({ exitCode: null, timedOut: true, verdict: "bad" });
  });

  it.each([
    ["exit 0", "the test passes at the end of the run: there is nothing to find", 1],
    ["echo why; exit 1", "the test fails already at the start of the run", 2],
    ["exit 125", "it cannot tell (exit code 125)", 1],
  ] as const)("says of the test %j that there is nothing to find, and why", async (test, message, tests) => {
    const ended = await bisect(test);
    expect([ended.code, ended.stdout.includes(message), ended.stderr.match(/ … /g)?.length]).toEqual([1, true, tests]);
    expect(ended.stdout.includes("the test wrote\n  why\n")).toBe(test.includes("why"));
  });

  it("stops when a test is broken off, and says so", async () => {
    const { code, stdout, stderr } = await bisect("exit 128", "--json");
    expect([code, (JSON.parse(stdout) as { error: { code: string } }).error.code]).toEqual([1, "BISECT_STOPPED"]);
    expect(stderr).toMatch(/: builder\.last … broken off\nerror BISECT_STOPPED: the test of builder\.last \(commit /);
  });

  it("is cancelled by Ctrl-C, ends the test and removes its files", async () => {
    const running = start("one", "--test", "echo here; sleep 1000", "--verbose");
    await running.saying("here\n");
    running.child.kill("SIGINT");
    const { code, stderr } = await running.ended;
    expect([code, /error RUN_CANCELLED: cancelled by Ctrl-C/.test(stderr)]).toEqual([130, true]);
    expect(await left()).toEqual([]);
  });

  it.each([
    [["one"], "--test"],
    [["one", "--test", " "], "It is empty"],
    [["one@builder.put", "--test", "true"], "all of a run is searched"],
    [["on", "--test", "true"], "did you mean one?"],
    [["one", "--test", "true", "--adapter", "process"], "ISOLATION_UNAVAILABLE"],
    [["idle", "--test", "true", ...COOPERATIVE], "BISECT_IMPOSSIBLE"],
  ] as const)("does not take %j, and says why", async (args, message) => {
    const { code, stderr } = await project.dad("bisect", ...args);
    expect([code, stderr.includes(message)]).toEqual([2, true]);
  });
});
