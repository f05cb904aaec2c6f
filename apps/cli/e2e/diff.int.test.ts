import { mkdir, readdir } from "node:fs/promises";
import { RunComparison } from "@dad/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GREETER, shellAgent } from "./agents.ts";
import { testProject, type TestProject } from "./project.ts";

describe("dad diff", () => {
  let project: TestProject;

  beforeAll(async () => {
    project = await testProject({ "greeter.ts": GREETER, "bad.ts": shellAgent(String.raw`printf 'no \033[31mluck' >&2; exit 3`) });
    await project.dad("run", "greeter.ts", "--run-id", "world");
    await project.dad("run", "greeter.ts", "--run-id", "again");
    await project.dad("run", "greeter.ts", "--run-id", "moon", "--input", 'greeter={"name":"moon"}');
    await project.dad("run", "bad.ts", "--run-id", "bad");
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it("finds nothing between a run and itself, nor between two runs that did the same, and says so by its exit code", async () => {
    for (const runs of [
      ["world", "world"],
      ["world", "again"],
    ]) {
      const { code, stdout, stderr } = await project.dad("diff", ...runs);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^run +world +(world|again)$/m);
      expect(stdout).toContain("\n\n2 nodes without a difference\n");
    }
  });

  it("shows what was given, what came of it, and which files differ", async () => {
    const { code, stdout } = await project.dad("diff", "world", "moon");
    expect(code).toBe(10);
    expect(stdout).toContain('settings.argv ["echo","hello world"] → ["echo","hello moon"]');
    expect(stdout).toContain(String.raw`/stdout "hello world\n" → "hello moon\n"`);
    expect(stdout).toContain("\noutcome\n  M greeting.txt\ndiff --git a/greeting.txt b/greeting.txt\n");
    expect(stdout.endsWith("-hello world\n+hello moon\n")).toBe(true);
  });

  it("prints all of it as one JSON object", async () => {
    const { code, stdout } = await project.dad("diff", "world", "moon", "--json");
    expect(code).toBe(10);
    const { nodes, outcome, ...runs } = RunComparison.parse(JSON.parse(stdout));
    expect(runs).toMatchObject({ differs: true, before: { runId: "world", executed: 2 }, after: { runId: "moon", status: "completed" } });
    expect(nodes.map(({ path, differs }) => [path, differs])).toEqual([
      ["greeter.who", ["fingerprint", "output", "artifacts"]],
      ["greeter.note", ["fingerprint", "output", "artifacts"]],
    ]);
    expect(outcome?.changes).toEqual([{ path: "greeting.txt", kind: "modified" }]);
  });

  it("shows what only one of the runs has, and nothing that acts on a terminal", async () => {
    const { stdout } = await project.dad("diff", "world", "bad");
    expect(stdout).toContain("only.step: only after (failed)");
    expect(stdout).toContain("greeter.who: only before (completed)");
    expect(stdout).toMatch(/^error +none → NODE_FAILED: .*no \\x1b\[31mluck/m);
    expect(stdout).not.toContain("\u001b");
  });

  it("shows a part of the runs", async () => {
    const { code, stdout } = await project.dad("diff", "world", "moon", "--node", "greeter.note");
    expect({ code, who: stdout.includes("greeter.who"), outcome: stdout.includes("outcome") }).toEqual({ code: 10, who: false, outcome: false });
    expect(await project.dad("diff", "world", "moon", "--node", "greeter.not", "--json")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'error NODE_UNKNOWN: neither of the runs world and moon has anything at "greeter.not"; did you mean "greeter.note"?',
      ) as string,
    });
  });

  it("writes a page of its own", async () => {
    await project.write("pages/diff.html", "what was there before");
    const { code, stderr } = await project.dad("diff", "world", "moon", "--html", "pages/diff.html");
    expect({ code, stderr }).toEqual({ code: 10, stderr: "the comparison is in pages/diff.html\n" });
    expect(await project.read("pages/diff.html")).toMatch(/^<!doctype html>[^]*<span class="del">-[+]hello world<\/span>[^]*<\/html>\s*$/);
    expect(await readdir(project.path("pages"))).toEqual(["diff.html"]);
  });

  it("writes over no directory, and into none that is not there", async () => {
    await mkdir(project.path("taken"));
    expect(await project.dad("diff", "world", "moon", "--html", "taken")).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("taken is a directory: give the name of a file") as string,
    });
    expect((await project.dad("diff", "world", "moon", "--html", "nowhere/diff.html")).stderr).toContain("there is no directory");
    expect((await project.dad("diff", "world", "moon", "--html", "")).code).toBe(2);
  });

  it("suggests what may have been meant by an unknown run", async () => {
    const slip = await project.dad("diff", "world", "mon", "--json");
    expect(slip).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean moon?") as string });
    expect(JSON.parse(slip.stdout)).toMatchObject({ error: { code: "RUN_UNKNOWN" } });
    expect((await project.dad("diff", "world")).code).toBe(2);
    expect((await project.dad("diff", "world", "moon", "--run-root", "nowhere")).stderr).toContain("RUN_ROOT_UNKNOWN");
  });
});
