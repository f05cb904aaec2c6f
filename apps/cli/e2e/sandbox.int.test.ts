import { readdir } from "node:fs/promises";
import { MachineReport, SandboxReport } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { testProject } from "./project.ts";

// With ordinary processes, which every machine has. What holds back more is proved by the contract of the adapters.
const COOPERATIVE = ["sandbox", "--write", "--adapter", "process", "--preset", "cooperative"];

describe("dad sandbox", () => {
  it.each([
    [["sh", "-c", "echo out; echo err >&2; exit 42"], 42],
    [["sh", "-c", "kill -TERM $$"], 143],
    [["no-such-program"], 127],
  ] as const)("ends as the command %j does", async (command, code) => {
    await using project = await testProject();
    const ended = await project.dad(...COOPERATIVE, "--", ...command);
    expect(ended.code).toBe(code);
    expect(ended.stdout).toBe(code === 42 ? "out\n" : "");
    expect(ended.stderr).toContain(code === 42 ? "isolation process (cooperative)\nerr\n" : code === 127 ? "error PROGRAM_MISSING" : "");
  });

  it("gives the command its directory, standard input, the variables that are passed, and no others", async () => {
    await using project = await testProject({ "sub/file.txt": "x" });
    const script = "cat; ls; echo $GIVEN $PASSED ${NODE_OPTIONS:-none}";
    const args = [...COOPERATIVE, "--workspace", "sub", "--env", "GIVEN=1=2", "--env", "PASSED", "--", "sh", "-c", script];
    const running = project.startWith({ env: { PASSED: "yes", NODE_OPTIONS: "--title=x" }, input: "in\n" }, ...args);
    expect((await running.ended).stdout).toBe("in\nfile.txt\n1=2 yes none\n");
  });

  it("ends a command after its time", async () => {
    await using project = await testProject();
    expect((await project.dad(...COOPERATIVE, "--timeout", "0.3", "--", "sleep", "1000")).code).toBe(124);
  });

  it("says as JSON how it ended, with what it wrote and what was guarded", async () => {
    await using project = await testProject();
    const { stdout, code } = await project.dad(...COOPERATIVE, "--json", "--", "sh", "-c", "echo out; echo err >&2; exit 3");
    expect(code).toBe(3);
    const report = SandboxReport.parse(JSON.parse(stdout));
    expect(report).toMatchObject({ reason: "exited", exitCode: 3, stdout: "out\n", stderr: "err\n", workspace: project.directory });
    expect(report.isolation).toMatchObject({ adapter: "process", guards: { "env.inherit": "enforced" } });
  });

  it("runs nothing where what it takes is missing, and says what and what to do", async () => {
    await using project = await testProject();
    const args = ["sandbox", "--write", "--adapter", "process", "--json", "--", "touch", "canary"];
    const { stdout, code } = await project.dad(...args);
    const report = SandboxReport.parse(JSON.parse(stdout));
    expect([code, report.reason, report.error?.code]).toEqual([125, "not-run", "ISOLATION_UNAVAILABLE"]);
    expect(report.error?.message).toMatch(/fs\.read.*nothing was run\n.*: use an isolation adapter/s);
    expect(await readdir(project.directory)).toEqual([]);
  });

  it("goes on with less when it is told to, and says on its first line what is missing", async () => {
    await using project = await testProject();
    const { stderr, code } = await project.dad("sandbox", "--write", "--adapter", "process", "--degrade", "--", "touch", "canary");
    expect([code, await readdir(project.directory)]).toEqual([0, ["canary"]]);
    expect(stderr).toMatch(/^isolation process \(contained, network of the host\), WITHOUT env\.procfs, fs\.read, .*dad doctor says what helps\n$/);
  });

  it.each([
    [["--network", "allow:"], "--network"],
    [["--memory", "lots"], "--memory"],
    [["--mount", "/opt"], "--mount"],
    [["--workspace", "nowhere"], "is not a directory"],
    [["--env", "DAD_NO_SUCH_VARIABLE"], "there is no such variable here"],
    [["--adapter", "config"], "has no isolation.adapter"],
    [["--adapter", "process"], "ordinary processes change the directory itself"],
  ] as const)("does not take %j, and says why", async (flags, message) => {
    await using project = await testProject();
    const { code, stderr } = await project.dad("sandbox", ...flags, "--", "touch", "canary");
    expect([code, await readdir(project.directory)]).toEqual([2, []]);
    expect(stderr).toContain(message);
  });
});

it.each([
  ["the top of a repository", ".", { ".git/config": "" }],
  ["a repository itself", ".git", { ".git/config": "" }],
  ["above one", ".", { "packages/one/.git/config": "" }],
  ["one without a working tree", "bare", { "bare/HEAD": "", "bare/objects/x": "", "bare/refs/x": "" }],
])("lets no command write in %s, where git would execute what it wrote", async (_name, workspace, files) => {
  await using project = await testProject(files);
  const { code, stderr } = await project.dad(...COOPERATIVE, "--workspace", workspace, "--", "touch", "canary");
  expect([code, (await readdir(project.path(workspace))).includes("canary")]).toEqual([2, false]);
  expect(stderr).toContain("whose hooks and settings git would execute as you");
});

describe("dad doctor", () => {
  it("says what the machine can do, for people and as JSON", async () => {
    await using project = await testProject();
    const { stdout, code } = await project.dad("doctor", "--json");
    const report = MachineReport.parse(JSON.parse(stdout));
    expect(code).toBe(0);
    expect(report.checks.map(({ name }) => name)).toEqual(["Node", "git", "SQLite", "reflink"]);
    expect(report.isolation.map(({ adapter }) => adapter)).toEqual(["process", "bubblewrap"]);
    const text = (await project.dad("doctor")).stdout;
    expect(text).toContain(`fine    Node     ${process.versions.node}`);
    expect(text).toContain("isolation process");
    // Where one cannot be used, what to do is said.
    expect(report.isolation.filter(({ available, problems }) => !available && problems.length === 0)).toEqual([]);
    expect(await readdir(project.directory)).toEqual([]);
  });

  it("says what is missing that runs need, and fails", async () => {
    await using project = await testProject();
    const nowhere = project.path("nowhere");
    const { code, stdout } = await project.startWith({ env: { PATH: nowhere } }, "doctor", "--json").ended;
    const { checks } = MachineReport.parse(JSON.parse(stdout));
    expect(code).toBe(1);
    expect(checks.find(({ name }) => name === "git")).toMatchObject({ status: "missing", remedy: expect.stringContaining("install git") as unknown });
  });
});
