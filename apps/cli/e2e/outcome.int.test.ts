import { execFile } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { OutcomeCheckoutReport, OutcomeDiff, OutcomeListEntry, OutcomeLog, OutcomeMergeReport, OutcomeReport } from "@dad/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scriptedConfig } from "./agents.ts";
import { BUILDER } from "./builder-agent.ts";
import { testProject, type TestProject } from "./project.ts";

const exec = promisify(execFile);
const ODD = "a\u001b[31mb";

describe("dad outcome", () => {
  let project: TestProject;

  beforeAll(async () => {
    project = await testProject({ "agent.ts": BUILDER, "dad.config.ts": scriptedConfig({ line: "bad" }) });
    await project.dad("run", "agent.ts", "--run-id", "one", "--profile", "test");
    await project.dad(
      "rerun",
      "one",
      "--run-id",
      "two",
      "--from",
      "builder.put",
      "--profile",
      "test",
      "--set",
      'builder.put.operations=[{"type":"create_file","path":"line.txt","content":"good"}]',
    );
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it("ls lists the runs that have one, newest first, with what they changed", async () => {
    const { code, stdout, stderr } = await project.dad("outcome", "ls");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^RUN .*\ntwo {2}completed {2}\S+ \S+Z {2}\+3 +Run completed at .*\none {2}completed {2}\S+ \S+Z {2}\+5 +Run completed at .*\n$/,
    );
    const entries = OutcomeListEntry.array().parse(JSON.parse((await project.dad("outcome", "ls", "--json")).stdout));
    expect(entries.map(({ runId, status, branch, changes }) => [runId, status, branch, changes?.added])).toEqual([
      ["two", "completed", "run/two", 3],
      ["one", "completed", "run/one", 5],
    ]);
  });

  it("show tells what each node committed, what changed and where it is, and nothing that acts on a terminal", async () => {
    const { stdout } = await project.dad("outcome", "show", "one");
    expect(stdout).toMatch(/^run {7}one completed\noutcome {3}commit [0-9a-f]{12} of branch run\/one\nstarts {4}from commit [0-9a-f]{12}\n/);
    expect(stdout).toMatch(/^commits {3}[0-9a-f]{12} {2}builder\.first +completed\n {10}[0-9a-f]{12} {2}builder\.second /m);
    expect(stdout).toContain(String.raw`A a\x1b[31mb`);
    expect(stdout).not.toContain("\u001b");
    expect(stdout).toContain("dad outcome merge one\n");
    const report = OutcomeReport.parse(JSON.parse((await project.dad("outcome", "show", "two", "--json")).stdout));
    expect(report.commits.map(({ path, decision }) => [path, decision])).toEqual([
      ["builder.first", "reused"],
      ["builder.second", "reused"],
      ["builder.put", "executed"],
      ["builder.odd", "executed"],
      ["builder.last", "executed"],
    ]);
    expect(report.changes.map(({ path }) => path)).toEqual([ODD, "last.txt", "line.txt"]);
  });

  it("show <run>@<node> tells the files as they were when that node had ended", async () => {
    const at = async (given: string) => OutcomeReport.parse(JSON.parse((await project.dad("outcome", "show", given, "--json")).stdout));
    const { changes, commits } = await at("one@builder.second");
    expect(changes.map(({ path }) => path)).toEqual(["first.txt", "second.txt"]);
    expect(commits.map(({ path }) => path)).toEqual(["builder.first", "builder.second"]);
    // Of a node that changed nothing, and of one that a re-run reused.
    expect(await at("two@builder.ask")).toMatchObject({ by: "builder.first", changes: [{ path: "first.txt" }] });
  });

  it("show --patch is what git apply takes, and checkout writes the same", async () => {
    await mkdir(project.path("applied"));
    await writeFile(project.path("one.patch"), (await project.dad("outcome", "show", "one", "--patch")).stdout);
    await exec("git", ["apply", "--unsafe-paths", "../one.patch"], {
      cwd: project.path("applied"),
      env: { ...process.env, GIT_CEILING_DIRECTORIES: project.directory },
    });
    const { code, stdout } = await project.dad("outcome", "checkout", "one", "files");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^6 files of one \(commit [0-9a-f]{12}\) are in files\n$/);
    const names = (await readdir(project.path("files"))).filter((name) => name !== "README.md");
    expect(names).toEqual([ODD, "first.txt", "last.txt", "line.txt", "second.txt"]);
    expect(await readdir(project.path("applied"))).toEqual(names);
  });

  it("checkout takes the files of a node, and overwrites nothing", async () => {
    const { stdout } = await project.dad("outcome", "checkout", "one@builder.first", "first/only", "--json");
    expect(OutcomeCheckoutReport.parse(JSON.parse(stdout))).toMatchObject({
      node: "builder.first",
      directory: project.path("first/only"),
      files: 2,
      missing: [],
    });
    await project.write("mine/note.txt", "mine");
    const refused = await project.dad("outcome", "checkout", "one", "mine");
    expect(refused).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("OUTCOME_DIRECTORY_TAKEN") as string });
    expect(await readdir(project.path("mine"))).toEqual(["note.txt"]);
  });

  it("log tells the commits of a run, newest first, with node and result", async () => {
    const { stdout } = await project.dad("outcome", "log", "one", "--limit", "2");
    expect(stdout).toMatch(
      /^COMMIT .*\n[0-9a-f]{12} {2}\S+ \S+Z +none +Run completed .*\n[0-9a-f]{12} {2}\S+ \S+Z {2}builder\.last {2}\+1 {5}sha256:[0-9a-f]{12}\n… and 4 older: /,
    );
    const { commits, omitted } = OutcomeLog.parse(JSON.parse((await project.dad("outcome", "log", "one", "--json")).stdout));
    expect(omitted).toBe(0);
    expect(commits.map(({ node, attempt }) => (node === undefined ? "" : `${node}#${attempt}`))).toEqual([
      "",
      "builder.last#1",
      "builder.odd#1",
      "builder.put#1",
      "builder.second#1",
      "builder.first#1",
    ]);
  });

  it("diff tells how two outcomes differ, and by its exit code whether they do", async () => {
    const { code, stdout } = await project.dad("outcome", "diff", "one", "two");
    expect(code).toBe(10);
    expect(stdout).toMatch(
      /^before one \(commit [0-9a-f]{12}\)\nafter {2}two \(commit [0-9a-f]{12}\)\n {2}M line\.txt\ndiff --git a\/line\.txt b\/line\.txt\n/,
    );
    expect((await project.dad("outcome", "diff", "one", "two", "--node", "builder.second")).code).toBe(0);
    const inOne = await project.dad("outcome", "diff", "one@builder.second", "one@builder.put", "--json");
    expect(OutcomeDiff.parse(JSON.parse(inOne.stdout))).toMatchObject({ differs: true, changes: [{ path: "line.txt", kind: "added" }] });
    expect((await project.dad("outcome", "diff", "two", "one", "--patch")).stdout).toMatch(/^diff --git [^]*\n-good\n[^]*\n\+bad\n/);
  });

  it("merge moves a branch, or with a conflict nothing, and says how to merge by hand", async () => {
    const { code, stdout } = await project.dad("outcome", "merge", "one", "--into", "both", "--squash");
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^merged one into both of runs\/outcome\/\S+, as one commit: commit /) as unknown,
    });
    const conflict = await project.dad("outcome", "merge", "two", "--into", "both");
    expect([conflict.code, conflict.stdout]).toEqual([1, ""]);
    expect(conflict.stderr).toMatch(
      /error OUTCOME_MERGE_CONFLICT: .*nothing was changed\. Both sides changed\n +"line\.txt"\n.*\n +git clone --branch both /,
    );
    const again = await project.dad("outcome", "merge", "one", "--into", "both", "--squash", "--json");
    expect(OutcomeMergeReport.parse(JSON.parse(again.stdout))).toMatchObject({ kind: "up-to-date", branch: "both" });
  });

  it.each([
    [["show", "on"], "did you mean one?"],
    [["show", "one@builder.frist"], 'did you mean "builder.first"?'],
    [["show", "one@"], "give the path of a node after @"],
    [["diff", "one@builder.first", "two", "--node", "builder.put"], "names a node already"],
    [["merge", "one@builder.put"], "leave @ and the node out"],
    [["merge", "one", "--into", "a..b"], "OUTCOME_MERGE_REFUSED"],
    [["log", "one", "--limit", "0"], "no positive integer"],
    [["lst"], "did you mean ls?"],
  ] as const)("%j is refused, and what may have been meant is told", async (args, message) => {
    const { code, stderr } = await project.dad("outcome", ...args);
    expect(code).toBe(2);
    expect(stderr.toLowerCase()).toContain(message.toLowerCase());
  });
});
