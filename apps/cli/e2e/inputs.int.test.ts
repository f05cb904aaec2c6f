import { userInfo } from "node:os";
import { InputsReport, RunSummary, SignalReport } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { reviewingAgent } from "./agents.ts";
import { type TestProject, testProject } from "./project.ts";

const WHO = userInfo().username;

async function events(project: TestProject, type: string): Promise<unknown[]> {
  const lines = (await project.read("runs", "r", "journal.jsonl")).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as { readonly type: string }).filter((event) => event.type === type);
}

describe("a run that asks", () => {
  it("waits, says for what, is answered from another process, once, and goes on without doing anything twice", async () => {
    await using project = await testProject({ "agent.ts": reviewingAgent() });
    const { dad } = project;
    expect(await dad("inputs")).toMatchObject({ code: 0, stdout: "no run waits for anything\n" });

    const parked = await dad("run", "agent.ts", "--run-id", "r", "--no-outcome");
    expect(parked.code).toBe(3);
    expect(parked.stdout).toMatch(/^run {7}r waiting\n/);
    expect(parked.stdout).toContain("\nwaits for main.review:approve: Publish this? # Draft\n            yes or no (--yes, --no)\n");
    expect(parked.stdout).toContain("\nnext      dad answer r main.review:approve\n          dad resume r\n          dad show r\n");
    expect(parked.stderr).not.toContain("error");
    expect((await dad("ls")).stdout).toMatch(/^r +waiting/m);
    expect(await dad("fsck")).toMatchObject({ code: 0, stdout: expect.stringContaining("all is well") as string });

    const listed = await dad("inputs");
    expect(listed.stdout).toBe(
      "run r waiting\n  main.review:approve:\n    │ Publish this?\n    │ # Draft\n    yes or no (--yes, --no)\n    dad answer r main.review:approve\n",
    );
    expect(await dad("answer", "r")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("say what the answer is. It takes yes or no (--yes, --no)") as string,
    });
    expect(await dad("answer", "r", "--text", "no")).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("INPUT_INVALID: this is no answer to main.review:approve: expected boolean, received string") as string,
    });
    const answered = await dad("answer", "r", "approve", "--yes", "--comment", "looked at it");
    expect([answered.code, answered.stderr]).toEqual([0, ""]);
    expect(answered.stdout).toBe("main.review:approve is answered: true\nthe run is waiting, and takes it when it goes on: dad resume r\n");
    const shown = (await dad("show", "r")).stdout;
    expect(shown).toContain("\nwaits for nothing any more: what it asked is answered, or expired\nnext      dad resume r\n");
    expect(await dad("answer", "r", "--no")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`INPUT_ANSWERED: main.review:approve is answered already: by ${WHO}`) as string,
    });
    const told = await dad("signal", "r", "deploy.finished", "--data", '{"at":"noon"}', "--json");
    expect(SignalReport.parse(JSON.parse(told.stdout))).toMatchObject({ status: "waiting", name: "deploy.finished", by: { who: WHO } });

    const resumed = await dad("resume", "r", "--json");
    expect(resumed.code).toBe(3);
    const { status, requests } = RunSummary.parse(JSON.parse(resumed.stdout));
    expect([status, requests?.map(({ id }) => id)]).toEqual(["waiting", ["main.review:level"]]);
    const ended = await dad("answer", "r", "--choice", "Major", "--resume");
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^run {7}r completed/);
    expect(ended.stderr).toMatch(/^main\.review:level is answered: "major"\nrun r resumed\n/);

    expect(await project.read("runs", "r", "workspace", "drafts")).toBe("draft\n");
    expect(await events(project, "input.answered")).toMatchObject([
      { request: "main.review:approve", value: true, by: { channel: "cli", who: WHO, comment: "looked at it" } },
      { request: "main.review:level", value: "major", by: { channel: "cli", who: WHO } },
    ]);
    expect(await events(project, "custom.emitted")).toMatchObject([
      { name: "deploy.finished", data: { at: "noon" }, by: { channel: "cli", who: WHO } },
    ]);
    expect(await dad("answer", "r", "main.review:other", "--yes")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("RUN_COMPLETED") as string,
    });
  });

  it("takes answers and signals while it goes on, also answers to what it has not asked yet", async () => {
    await using project = await testProject({ "agent.ts": reviewingAgent({ hold: true }) });
    const { dad } = project;
    const running = project.start("run", "agent.ts", "--run-id", "r", "--no-outcome");
    await running.saying("node main.review started");

    const early = await dad("answer", "r", "main.review:approve", "--no");
    expect([early.code, early.stderr]).toEqual([0, ""]);
    expect(early.stdout).toContain(
      "it is not asked yet, so nobody knows whether that fits: it is kept until it is asked\nsomebody works on the run, and takes it\n",
    );
    expect((await dad("answer", "r", "main.review:level", "--value", '"minor"')).code).toBe(0);
    const { early: kept } = InputsReport.parse(JSON.parse((await dad("inputs", "r", "--json")).stdout));
    expect(kept.map(({ request, answer }) => [request, answer.value])).toEqual([
      ["main.review:approve", false],
      ["main.review:level", "minor"],
    ]);
    expect((await dad("signal", "r", "hello")).stdout).toBe('run r is told "hello": somebody works on the run, and takes it\n');
    await running.saying(`signal hello from ${WHO}`);

    await project.write("runs/r/workspace/go", "");
    expect((await running.ended).code).toBe(0);
    expect(await project.journal("r")).not.toContain("run.parked");
    expect(JSON.parse(await project.artifact("r", "outcome"))).toEqual({ published: false, level: "minor" });
  });

  it("is not told what nobody can read", async () => {
    await using project = await testProject({ "agent.ts": reviewingAgent() });
    const { dad } = project;
    expect((await dad("run", "agent.ts", "--run-id", "r", "--no-outcome", "--json")).code).toBe(3);
    for (const [args, message] of [
      [["signal", "r", "x", "--data", "{at:1}"], '--data is not JSON: column 2: a key is in double quotes: write "at"'],
      [["answer", "r", "--yes", "--text", "yes"], "cannot be used with"],
      [["answer", "r", "aprove", "--yes"], 'INPUT_UNKNOWN: run r does not ask "aprove": it asks main.review:approve'],
      [["answer", "q", "--yes"], "RUN_UNKNOWN"],
    ] as const) {
      expect(await dad(...args)).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(message) as string });
    }
    expect(await project.journal("r")).not.toContain("input.answered");
  });
});
