import { OutcomeCommitError } from "@dad/outcome";
import { DadError, type RunListEntry, type RunReport } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { collectReport } from "./collect-report.ts";
import { collected, completed, component, entryOf, failed, id, journalsOf, type MadeRun, NO_ARTIFACTS, started } from "./testing-runs.ts";

const ref = (commit: string) => ({ branch: "run/one", commit });
const did: MadeRun["events"] = [component("main", "agent"), started("main.a"), completed("main.a")];
const files = (...paths: string[]) => paths.map((path) => ({ path, kind: "added" as const }));
const patchOf = (path: string, lines = 1) => `diff --git a/${path} b/${path}\n${"+x\n".repeat(lines)}`;
const codes = ({ run }: RunReport) => run.damage?.map(({ code }) => code);

describe("collectReport", () => {
  it("says how the run stands, when it was made and by what", async () => {
    const { run, ...head } = await collected(
      { one: { events: [...did, { type: "run.completed", usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 } }] } },
      { runRoot: "/runs" },
    );
    expect(head).toEqual({ format: "dad.report/1", generatedAt: expect.any(String) as string, version: "1.2.3" });
    expect(run.details).toMatchObject({ runId: "one", runDir: "/runs/one", status: "completed" });
    expect(run.details).not.toHaveProperty("nodes");
    expect(run).toMatchObject({ spans: [], logs: [], metrics: [], outcome: null, omitted: [] });
    expect(run).not.toHaveProperty("damage");
  });

  it("says what the run was executed with, where that is kept", async () => {
    const runtime = { node: "24.0.0", platform: "linux", arch: "x64" };
    expect((await collected({ one: { events: did } }, { runtime: async () => runtime })).run.runtime).toEqual(runtime);
    expect((await collected({ one: { events: did } })).run).not.toHaveProperty("runtime");
  });

  it("has the events as they are recorded, without contents and hashes, and cuts what is long in them", async () => {
    const artifacts = [entryOf("outcome", "small")];
    const events = [completed("main.a", { artifacts }), { type: "custom.emitted" as const, name: "n", data: { text: "x".repeat(20_000) } }];
    const { run } = await collected({ one: { events } });
    expect(run.events.map(({ seq, type }) => [seq, type])).toEqual([
      [1, "run.started"],
      [2, "node.completed"],
      [3, "custom.emitted"],
    ]);
    expect(run.events[1]).toMatchObject({ artifacts: [{ name: "outcome" }], mono: 2, epoch: 1 });
    expect(JSON.stringify(run.events)).not.toMatch(/"(data":"c21hbGw|hash|prev)"/);
    expect(run.events[2]?.["data"]).toEqual({ text: `${"x".repeat(16_384)}… (3616 more characters)` });
  });

  it("tells what could be read of a journal that is damaged, and that it is", async () => {
    const report = await collected({ one: { events: did, damagedFrom: 4 } });
    expect(report.run.elements.map(({ path, status }) => [path, status])).toEqual([
      ["main", "interrupted"],
      ["main.a", "interrupted"],
    ]);
    expect(report.run.damage).toMatchObject([{ code: "JOURNAL_DAMAGED", details: { line: 4 } }]);
    await expect(collected({ one: { events: did, damagedFrom: 1 } })).rejects.toMatchObject({ code: "JOURNAL_DAMAGED" });
    await expect(collected({ one: { events: did } }, { runId: id("two") })).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });

  it("keeps the first and the last of what is too much, and says how much is missing", async () => {
    const events = Array.from({ length: 100 }, (_, index) => completed(`main.n${index}`));
    const logs = Array.from({ length: 50 }, (_, index) => ({ observedTime: index, attributes: {} }));
    const span = (index: number) => ({
      name: "n",
      kind: 0,
      traceId: "a",
      spanId: `${index}`,
      startTime: index,
      endTime: 99,
      attributes: {},
      status: { code: 0 },
      events: [],
      links: [],
    });
    const telemetry = async () => ({
      spans: Array.from({ length: 50 }, (_, index) => span(49 - index)),
      unfinished: [],
      logs,
      metrics: [],
      damaged: 2,
    });
    const report = await collected({ one: { events } }, { telemetry, limits: { events: 4_000, logs: 500, spans: 1_000 } });
    const { run } = report;
    expect([run.events[0]?.seq, run.events.at(-1)?.seq, run.logs[0]?.time, run.logs.at(-1)?.time, run.spans[0]?.start]).toEqual([1, 101, 0, 49, 0]);
    expect(run.omitted).toMatchObject([
      { what: "spans", count: 50 - run.spans.length },
      { what: "logs", count: 50 - run.logs.length },
      { what: "events", count: 101 - run.events.length },
    ]);
    expect(Math.min(run.spans.length, run.logs.length, run.events.length)).toBeGreaterThan(5);
    expect(report.run.damage).toMatchObject([{ code: "TELEMETRY_DAMAGED", message: expect.stringContaining("2 lines") as string }]);
  });

  it("does without traces that cannot be read, and says so", async () => {
    const telemetry = () => Promise.reject(new DadError("TELEMETRY_UNREADABLE", "no right to read it"));
    const report = await collected({ one: { events: did } }, { telemetry });
    expect([report.run.spans, report.run.elements.length, codes(report)]).toEqual([[], 2, ["TELEMETRY_UNREADABLE"]]);
    await expect(collected({ one: { events: did } }, { telemetry: () => Promise.reject(new TypeError("a slip")) })).rejects.toThrow("a slip");
  });

  it("shows how the files of the outcome changed, as far as there is room", async () => {
    const events: MadeRun["events"] = [
      { type: "outcome.opened", outcome: ref("1") },
      { type: "outcome.committed", outcome: ref("2"), path: "main.a" },
    ];
    const patch = patchOf("a") + patchOf("large", 100) + patchOf("b");
    const asked: unknown[] = [];
    const outcomes = async (run: unknown) => {
      asked.push(run);
      return { changes: async () => files("a", "b", "large"), patch: async () => patch };
    };
    const { run } = await collected({ one: { events } }, { outcomes, limits: { patch: 100 } });
    expect(run.outcome).toEqual({ before: ref("1"), after: ref("2"), changes: files("a", "b", "large"), patch: patchOf("a") + patchOf("b") });
    expect(run.omitted).toMatchObject([{ what: "patch", count: 1 }]);
    expect(asked).toMatchObject([{ runId: "one", outcome: ref("2") }]);
  });

  it("says why the files of the outcome are not known", async () => {
    const opened = [
      { type: "outcome.opened" as const, outcome: ref("1") },
      { type: "outcome.committed" as const, outcome: ref("2") },
    ];
    const reasonOf = async (events: MadeRun["events"], error?: Error) => {
      const report = await collected({ one: { events } }, error ? { outcomes: () => Promise.reject(error) } : {});
      return [report.run.outcome?.reason, codes(report)];
    };
    expect(await reasonOf(opened)).toEqual(["the repository of the outcomes is not known", undefined]);
    expect(await reasonOf(opened.slice(1))).toEqual(["it is not on record which files the run started with", undefined]);
    expect(await reasonOf(opened, new OutcomeCommitError("2", "the repository"))).toEqual([
      expect.stringContaining("no commit"),
      ["OUTCOME_COMMIT_UNKNOWN"],
    ]);
    await expect(reasonOf(opened, new TypeError("a slip"))).rejects.toThrow("a slip");
  });

  it("names the runs around it, also those that are gone, and does without when nobody can list them", async () => {
    const listed = (runId: string, day: number, more: object = {}): RunListEntry => ({
      runId: id(runId),
      status: "completed",
      rootComponentId: "main",
      startedAt: `2026-11-0${day}T00:00:00.000Z`,
      endedAt: null,
      ...more,
    });
    const runs = async () => [
      listed("later", 5, { rerun: { of: id("late"), lineage: [id("late"), id("one")] } }),
      listed("late", 4, { rerun: { of: id("one") } }),
      listed("old", 1),
      listed("stranger", 2),
    ];
    const one: MadeRun = { events: did, started: { rerun: { of: "old", lineage: ["old", "gone"] } } };
    const { run } = await collected({ one }, { runs });
    expect([run.ancestors, run.descendants.map(({ runId }) => runId)]).toMatchObject([
      [{ runId: "old", status: "completed" }, { runId: "gone" }],
      ["late", "later"],
    ]);
    const without = await collected({ one }, { runs: () => Promise.reject(new DadError("JOURNAL_STORAGE_FAILED", "no")) });
    expect([without.run.ancestors, without.run.descendants, codes(without)]).toEqual([
      [{ runId: "old" }, { runId: "gone" }],
      [],
      ["JOURNAL_STORAGE_FAILED"],
    ]);
  });

  it("compares two runs, which share the room, and shows both when they cannot be compared", async () => {
    const runs = {
      one: { events: did },
      old: { events: [component("main"), started("main.a"), failed("main.a", { artifacts: [entryOf("outcome", "x".repeat(60))] })] },
    };
    const report = await collected(runs, { against: id("old"), limits: { contents: 100 } });
    expect(report.comparison).toMatchObject({ differs: true, before: { runId: "old" }, after: { runId: "one" } });
    expect(report.before?.details.runId).toBe("old");
    expect(report.before?.omitted).toMatchObject([{ what: "contents" }]);
    const damaged = await collected({ ...runs, old: { ...runs.old, damagedFrom: 3 } }, { against: id("old") });
    expect([damaged.comparison, damaged.before?.elements.length, codes(damaged)]).toEqual([undefined, 1, ["JOURNAL_DAMAGED"]]);
    await expect(collected(runs, { against: id("none") })).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });

  it("stops when nobody wants it any more", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    const ports = { journals: journalsOf({ one: { events: [completed("main.a", { artifacts: [entryOf("a", "a")] })] } }), artifacts: NO_ARTIFACTS };
    await expect(collectReport(ports, { runId: id("one"), version: "1", signal })).rejects.toThrow("enough");
  });
});
