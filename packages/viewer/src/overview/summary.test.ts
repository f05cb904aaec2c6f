import type { ReportAttempt, ReportElement, ReportRun } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { unionOf, without } from "./intervals.ts";
import { metricText, metricTitle } from "./metric-text.ts";
import { nextSteps } from "./next-steps.ts";
import { nodeCounts, ranked, runTimes, workedMs } from "./summary.ts";

const attempt = (start: number, end: number | null, more: Partial<ReportAttempt> = {}): ReportAttempt => ({
  attempt: 1,
  status: end === null ? "running" : "completed",
  decision: "executed",
  start,
  end,
  durationMs: end === null ? null : end - start,
  artifacts: [],
  waits: [],
  steps: [],
  ...more,
});
const node = (path: string, ...attempts: ReportAttempt[]): ReportElement => ({
  path: path as never,
  kind: "node",
  status: attempts.at(-1)?.status ?? "running",
  start: attempts[0]?.start ?? null,
  end: attempts.at(-1)?.end ?? null,
  durationMs: null,
  attempts,
});
const run = (details: object, elements: readonly ReportElement[]) =>
  ({ details: { runId: "r", ...details }, elements, outcome: null }) as unknown as ReportRun;
const at = (ms: number) => new Date(ms).toISOString();

describe("runTimes", () => {
  it("tells apart what was worked, what was waited for, and how much was done at a time", () => {
    const wait = { request: "a.b:c" as never, start: 30, end: 80 };
    const elements = [
      node("a.b", attempt(0, 100, { waits: [wait] })),
      node("a.c", attempt(10, 40)),
      node("a.d", attempt(0, 90, { decision: "reused" })),
    ];
    expect(runTimes(run({ startedAt: at(0), endedAt: at(120), status: "completed" }, elements), 999)).toEqual({
      wall: 120,
      busy: 60,
      waiting: 40,
      work: 80,
    });
  });

  it("takes what nobody saw end for done when the run was last seen", () => {
    const elements = [node("a.b", attempt(0, 50)), node("a.c", attempt(60, null))];
    expect(runTimes(run({ startedAt: at(0), endedAt: null, status: "interrupted" }, elements), 1000)).toMatchObject({ wall: 60, busy: 50 });
    expect(runTimes(run({ startedAt: at(0), endedAt: null, status: "running" }, elements), 1000)).toMatchObject({ busy: 990 });
  });
});

describe("intervals", () => {
  it("are joined, and taken out of one another", () => {
    expect(
      unionOf([
        [5, 9],
        [0, 3],
        [2, 4],
        [7, 7],
      ]),
    ).toEqual([
      [0, 4],
      [5, 9],
    ]);
    expect(
      without(
        [
          [0, 10],
          [20, 30],
        ],
        [
          [2, 4],
          [8, 22],
          [40, 50],
        ],
      ),
    ).toEqual([
      [0, 2],
      [4, 8],
      [22, 30],
    ]);
  });
});

describe("nodeCounts", () => {
  it("counts nodes by their last attempt", () => {
    const elements = [
      node("a", attempt(0, 1, { status: "failed" }), attempt(2, 3, { attempt: 2 })),
      node("b", attempt(0, 1, { decision: "reused" })),
      node("c", attempt(0, 1, { status: "failed" })),
      node("d", attempt(0, null)),
    ];
    expect(nodeCounts({ elements })).toEqual({ nodes: 4, executed: 3, reused: 1, assumed: 0, failed: 1, retried: 1, unfinished: 1, skipped: 0 });
  });
});

describe("ranked", () => {
  it("puts the most first, without what was reused and without waiting", () => {
    const waiting = node("wait", attempt(0, 100, { waits: [{ request: "w:k" as never, start: 0, end: 95 }] }));
    const nodes = ranked({ elements: [waiting, node("slow", attempt(0, 50)), node("old", attempt(0, 70, { decision: "reused" }))] }, workedMs);
    expect(nodes.map(({ node: { path }, amount }) => [path, amount])).toEqual([
      ["slow", 50],
      ["wait", 5],
    ]);
  });
});

describe("nextSteps", () => {
  const commands = (...given: Parameters<typeof run>) => nextSteps(run(...given)).map(({ words }) => words.join(" "));

  it("fit how the run stands", () => {
    expect(commands({ status: "interrupted" }, [])).toEqual(["dad resume r"]);
    expect(commands({ status: "completed" }, [])).toEqual(["dad rerun r"]);
    expect(commands({ status: "waiting", requests: [{ id: "a:go", schema: { type: "boolean" } }] }, [])).toEqual([
      "dad answer r a:go --yes",
      "dad resume r",
    ]);
    expect(commands({ status: "failed" }, [node("a.b", attempt(0, 1, { status: "failed" }))])).toEqual(["dad rerun r --from a.b", "dad why r a.b"]);
  });
});

describe("metrics", () => {
  it("are told in their units, and a histogram by its average", () => {
    const metric = { name: "x", description: "", attributes: {}, unit: "s", value: 3 };
    expect(metricText({ ...metric, count: 2 })).toBe("1.50s × 2");
    expect(metricText({ ...metric, unit: "{token}", value: 1 })).toBe("1 token");
    expect(metricTitle({ bounds: [1, 2], index: 1, count: 4, unit: "s" })).toBe("4 between 1.00s and 2.00s");
    expect(metricTitle({ bounds: [1, 2], index: 2, count: 4, unit: "s" })).toBe("4 over 2.00s");
  });
});
