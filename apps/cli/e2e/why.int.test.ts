import { rm } from "node:fs/promises";
import { Lineage } from "@dad/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GREETER } from "./agents.ts";
import { testProject, type TestProject } from "./project.ts";

describe("dad why", () => {
  let project: TestProject;

  beforeAll(async () => {
    project = await testProject({ "greeter.ts": GREETER });
    await project.dad("run", "greeter.ts", "--run-id", "one", "--input", 'greeter={"name":"moon"}');
    await project.dad("rerun", "one", "--run-id", "two", "--from", "greeter.note");
    await project.dad("rerun", "two", "--run-id", "three", "--reask", "greeter.note");
  });
  afterAll(() => project[Symbol.asyncDispose]());

  const toldBy = async (...args: string[]) => Lineage.parse(JSON.parse((await project.dad("why", ...args, "--json")).stdout));

  it("shows who made an artifact, with what, and what it was made of", async () => {
    const { code, stdout, stderr } = await project.dad("why", "one", "greeter.note/outcome");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^greeter\.note\/outcome\n {2}artifact {2}application\/json, \d+ B, sha256:[0-9a-f]{64}\n {2}run {7}one, which executed it$/m,
    );
    expect(stdout).toContain("  node      greeter.note, attempt 1\n");
    expect(stdout).toContain("  code      file_operation 2\n");
    expect(stdout).toMatch(/^ {2}files {5}saw tree [0-9a-f]{40}, which no node had changed$/m);
    expect(stdout).toMatch(/^ {2}commit {4}[0-9a-f]{40}, tree [0-9a-f]{40}$/m);
    expect(stdout).toMatch(/^ {2}given {5}variables of greeter from outside, for run one /m);
    expect(stdout).toMatch(/\nmade of\n└─ greeter\.who {2}sha256:[0-9a-f]{12}\n$/);
  });

  it("takes a file as people see it", async () => {
    const { artifact, path } = await toldBy("two", "greeter/who/outcome.json");
    expect([path, artifact?.name]).toEqual(["greeter.who", "outcome"]);
    expect((await toldBy("one", "greeter.who/stdout")).artifact).toMatchObject({ name: "stdout" });
  });

  it("tells of what was reused by which re-runs it came from the run that executed it", async () => {
    const { stdout } = await project.dad("why", "three", "greeter.who");
    expect(stdout).toContain("  run       three ← re-run of two ← re-run of one, which executed it\n");
    const { nodes, here } = await toldBy("three", "greeter.note");
    expect(here.decision).toBe("executed");
    expect(nodes.map(({ runId, path, recordedIn }) => [runId, path, recordedIn])).toEqual([
      ["three", "greeter.note", "three"],
      ["one", "greeter.who", "one"],
    ]);
    expect(nodes[1]?.given).toMatchObject([{ path: "greeter", runId: "one" }]);
  });

  it("bounds how far away it looks", async () => {
    expect((await project.dad("why", "one", "greeter.note", "--depth", "0")).stdout).toContain("└─ … 1 more\n… further away: ");
    expect(await project.dad("why", "one", "greeter.note", "--depth", "-1")).toMatchObject({ code: 2, stdout: "" });
  });

  it("suggests what may have been meant", async () => {
    const sayingOf = async (...args: string[]) => {
      const { code, stderr } = await project.dad("why", ...args);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await sayingOf("one", "greeter.not")).toContain(
      'error NODE_UNKNOWN: no node of run one is at "greeter.not"; did you mean "greeter.note"?',
    );
    expect(await sayingOf("one", "greeter")).toContain("error NODE_AMBIGUOUS: greeter of run one is no node (its kind: agent)");
    expect(await sayingOf("one", "greeter.note/outcom")).toContain("error ARTIFACT_UNKNOWN: node greeter.note of run one has no artifact");
    expect(await sayingOf("on", "greeter.note")).toContain("RUN_UNKNOWN");
    expect(await sayingOf("one")).toContain("missing required argument");
  });

  it("tells the same once the runs before are deleted, by what the re-run retains", async () => {
    const before = await toldBy("three", "greeter.note");
    await rm(project.path("runs", "one"), { recursive: true });
    await rm(project.path("runs", "two"), { recursive: true });
    expect(await toldBy("three", "greeter.note")).toEqual(before);
    await rm(project.path("runs", "three", ".origins"), { recursive: true });
    const { code, stdout } = await project.dad("why", "three", "greeter.who");
    expect(code).toBe(0);
    expect(stdout).toContain(
      "one (of which nothing is kept), which executed it\n            what is told of the node is what three has recorded of it\n",
    );
  });
});
