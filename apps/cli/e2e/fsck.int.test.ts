import { appendFile, chmod, readFile, writeFile } from "node:fs/promises";
import { FsckReport } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { callbackAgent, shellAgent } from "./agents.ts";
import { type Ended, testProject } from "./project.ts";

const reportOf = ({ stdout }: Ended) => FsckReport.parse(JSON.parse(stdout));

describe("dad fsck", () => {
  it("finds nothing in runs that are whole", async () => {
    await using project = await testProject({ "agent.ts": shellAgent("echo out"), "bad.ts": shellAgent("exit 3") });
    await project.dad("run", "agent.ts", "--run-id", "good");
    await project.dad("run", "bad.ts", "--run-id", "failed");
    const { code, stdout, stderr } = await project.dad("fsck");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^2 runs, \d+ contents: all is well\n$/);
    expect(reportOf(await project.dad("fsck", "good", "--quick", "--json"))).toMatchObject({ runId: "good", runs: 1, depth: "quick", findings: [] });
  });

  it("tells what is wrong, mends it when it is asked to, and is content after that", async () => {
    await using project = await testProject({ "agent.ts": shellAgent("echo out") });
    for (const id of ["torn", "edited"]) await project.dad("run", "agent.ts", "--run-id", id);
    await appendFile(project.path("runs/torn/journal.jsonl"), '{"half');
    await chmod(project.path("runs/edited/run.json"), 0o644);
    await writeFile(project.path("runs/edited/run.json"), "{}");

    const before = await project.dad("fsck");
    expect(before.code).toBe(1);
    expect(before.stdout).toContain("warning JOURNAL_TORN: the journal of run torn ends in 6 bytes that are no entry: its writer was killed");
    expect(before.stdout).toContain("  at torn/journal.jsonl\n  dad fsck --repair: set them aside");
    expect(before.stdout).toMatch(/2 runs, \d+ contents: 0 errors, 2 warnings, 0 notes\n$/);
    expect((await project.dad("fsck", "torn")).stdout).not.toContain("edited");

    const repaired = await project.dad("fsck", "--repair", "--json");
    expect(repaired.code).toBe(0);
    expect(reportOf(repaired)).toMatchObject({ findings: [], repairs: [{ done: true }, { done: true }] });
    expect((await project.journal("torn")).slice(-2)).toEqual(["journal.recovered", "run.repaired"]);
    expect((await project.dad("fsck")).code).toBe(0);
    expect((await project.dad("show", "torn")).code).toBe(0);
  });

  it("only notes a run whose process was killed, and says what to do", async () => {
    await using project = await testProject({ "agent.ts": callbackAgent('process.stderr.write("working"); process.kill(process.pid, "SIGKILL")') });
    await project.dad("run", "agent.ts", "--run-id", "killed");
    const { code, stdout } = await project.dad("fsck");
    expect(stdout).toContain("info RUN_INTERRUPTED: run killed has not ended, and nobody works on it\n  at killed\n  to do: dad resume killed");
    expect({ code, worse: /^(error|warning)/m.test(stdout) }).toEqual({ code: 0, worse: false });
  });

  it("fails on usage when there is no such run, and no such run root", async () => {
    await using project = await testProject({ "agent.ts": shellAgent("true") });
    await project.dad("run", "agent.ts", "--run-id", "known");
    const slip = await project.dad("fsck", "knwon");
    expect(slip.code).toBe(2);
    expect(slip.stderr).toContain("did you mean known?");
    expect((await project.dad("fsck", "../known")).code).toBe(2);
    expect((await project.dad("fsck", "--run-root", "nowhere")).code).toBe(2);
  });

  it("tells of a damaged journal, which ls cannot read, and keeps what is before it", async () => {
    await using project = await testProject({ "agent.ts": shellAgent("echo out") });
    await project.dad("run", "agent.ts", "--run-id", "damaged");
    const path = project.path("runs/damaged/journal.jsonl");
    const journal = await readFile(path, "utf8");
    await writeFile(path, journal.replace('"type":"node.completed"', '"type":"node.kompleted"'));
    const [finding] = reportOf(await project.dad("fsck", "damaged", "--json")).findings;
    expect(finding).toMatchObject({ code: "JOURNAL_DAMAGED", runId: "damaged", details: { line: expect.any(Number) } });
    expect((await project.dad("fsck", "damaged", "--repair")).code).toBe(0);
    expect(await readFile(project.path("runs/damaged/journal.damaged-1"), "utf8")).toContain("node.kompleted");
    expect((await project.dad("ls")).stdout).toContain("damaged  interrupted");
  });
});
