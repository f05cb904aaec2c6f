import { execFileSync } from "node:child_process";
import { RunSummary } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { shellAgent } from "./agents.ts";
import { testProject } from "./project.ts";

/** Looks, and writes a file; the variable `text` is what. */
const WRITER = `
import { agent } from "@dad/agent";
import { applyFileOperations, runCommand } from "@dad/nodes";

export const writer = agent("writer", { variables: { text: "made" } })
  .node("look", applyFileOperations({ operations: [{ type: "list_directory", path: "." }] }))
  .node("write", applyFileOperations({ operations: [{ type: "create_file", path: "made.txt", content: "$var{text}" }] }));
`;
const CONFIG = `export default { workspace: "given" };`;

/** There is no git in the only directory where it is searched. */
const WITHOUT_GIT = (directory: string) => ({ env: { PATH: directory } });

describe("dad run without git", () => {
  it("says before there is a run what helps, and with --no-outcome works in a directory of the run, as its re-run does by the id alone", async () => {
    await using project = await testProject({ "agent.ts": WRITER, "dad.config.ts": CONFIG, "given/old.txt": "old" });
    const dad = (...args: string[]) => project.startWith(WITHOUT_GIT(project.directory), ...args).ended;
    const refused = await dad("run", "agent.ts", "--run-id", "r");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toMatch(/^error GIT_UNAVAILABLE: .*install git \d.* or newer.*--no-outcome/);
    const { code, stdout } = await dad("run", "agent.ts", "--run-id", "r", "--no-outcome");
    expect(code).toBe(0);
    expect(stdout).toContain("\nfiles     runs/r/workspace (the run has no outcome: nothing of it is committed)\n");
    expect(stdout).not.toContain("outcome   ");
    expect([await project.read("runs/r/workspace/old.txt"), await project.read("runs/r/workspace/made.txt")]).toEqual(["old", "made"]);
    const again = await dad("rerun", "r", "--json", "--input", 'writer={"text":"again"}');
    const run = RunSummary.parse(JSON.parse(again.stdout));
    expect(run).toMatchObject({ status: "completed", outcome: null, workspace: "workspace" });
    expect(await project.read("runs", run.runId, "workspace/made.txt")).toBe("again");
  });
});

describe("dad run --revision", () => {
  it("says where the run starts, and that what is not committed is no part of it", async () => {
    await using project = await testProject({ "agent.ts": WRITER, ".gitignore": "runs\n", "old.txt": "old" });
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@b", ...args], { cwd: project.directory }).toString();
    git("init", "--quiet", "--initial-branch=trunk");
    git("add", ".");
    git("commit", "--quiet", "--message", "first");
    await project.write("old.txt", "changed");
    await project.write("new.txt", "new");
    const commit = git("rev-parse", "HEAD").slice(0, 7);
    const { code, stdout, stderr } = await project.dad("run", "agent.ts", "--run-id", "r", "--revision", "trunk");
    expect(code).toBe(0);
    expect(stderr).toContain(`\nstarts from trunk (${commit}) of this project; 2 uncommitted changes are no part of it\n`);
    expect(stdout).toMatch(new RegExp(`\\noutcome   branch run/r \\(commit [0-9a-f]+\\), from trunk \\(${commit}\\) of the project\\n`));
    const diff = /^ +(git -C .*)$/m.exec(stdout)?.[1] ?? "";
    const changes = execFileSync("sh", ["-c", diff], { cwd: project.directory, encoding: "utf8" });
    expect(changes).toContain("+made");
    expect(changes).not.toContain("changed");
    expect((await project.dad("outcome", "show", "r@writer.look")).stdout).toContain(`\nstarts    from revision trunk (commit ${commit}`);
    const missed = await project.dad("run", "agent.ts", "--revision", "nowhere");
    expect(missed).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/^error OUTCOME_REVISION_UNKNOWN: .*; there is "trunk"\n$/) });
    expect(await project.dad("show", "nowhere")).toMatchObject({ code: 2, stderr: expect.stringContaining("the newest is r") });
  });

  it.each([
    [["run", "agent.ts", "--no-outcome", "--revision", "main"], "--revision and --no-outcome do not go together"],
    [["rerun", "r", "--revision", "main"], "--revision: a re-run goes on from the files of the run that it is made from"],
    [["fork", "r", "--from", "a", "--revision", "main"], "--revision: a re-run goes on from the files"],
  ])("is refused where there is nothing that it could mean: %j", async (args, message) => {
    await using project = await testProject({ "agent.ts": WRITER });
    expect(await project.dad(...args)).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(`error USAGE_INVALID: ${message}`) });
  });
});

describe("the size of files", () => {
  it("decides which of them a merge brings as pointers, and which no outcome has: both are said", async () => {
    const config = `export default { outcome: { largeBytes: 3, fileBytes: 10 } };`;
    await using project = await testProject({ "agent.ts": WRITER, "dad.config.ts": config });
    await project.dad("run", "agent.ts", "--run-id", "large");
    await project.dad("run", "agent.ts", "--run-id", "too-large", "--input", 'writer={"text":"more than ten"}');
    const { stdout } = await project.dad("outcome", "merge", "large");
    expect(stdout).toMatch(/\npointers: main has <name>\.dad-artifact .*\n {2}\S* ?dad outcome checkout large .*\n {2}made\.txt, 4 B\n$/);
    const { code, stderr } = await project.dad("outcome", "show", "too-large");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error OUTCOME_NONE: run too-large has no outcome: it could not be committed: "made\.txt" .* the option fileBytes/);
  });
});

describe("a run that goes on", () => {
  it("has the files of nodes that have ended, and no others", async () => {
    const agent = WRITER.replace(/;\n$/, `.node("wait", runCommand({ argv: ["sleep", "1000"] }));`);
    await using project = await testProject({ "agent.ts": agent });
    const running = project.start("run", "agent.ts", "--run-id", "r");
    await running.saying("node writer.wait started");
    expect((await project.dad("outcome", "show", "r@writer.write")).stdout).toContain("A made.txt\n");
    const { code, stderr } = await project.dad("outcome", "show", "r@writer.wait");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^error OUTCOME_NONE: .*: node writer\.wait has not ended \(running\)/),
    });
    running.child.kill("SIGINT");
    await running.ended;
  });
});

describe("dad resume --no-outcome", () => {
  it("leaves a run as it is that has an outcome", async () => {
    await using project = await testProject({ "agent.ts": shellAgent("exit 3") });
    expect((await project.dad("run", "agent.ts", "--run-id", "r")).code).toBe(1);
    const before = await project.journal("r");
    const { code, stderr } = await project.dad("resume", "r", "--no-outcome");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("error RUN_FILES_UNREACHABLE: run r has its files on branch run/r"),
    });
    expect(await project.journal("r")).toEqual(before);
  });
});
