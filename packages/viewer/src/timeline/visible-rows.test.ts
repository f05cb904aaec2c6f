import { describe, expect, it } from "vitest";
import { runIndex } from "../run-index.ts";
import { madeReport } from "../testing/made-report.ts";
import { elementKey, runRows } from "./run-rows.ts";
import { NO_FILTER, type RowFilter, visibleRows } from "./visible-rows.ts";

const { run } = madeReport();
const index = runIndex(run);
const rows = runRows(run, index);
const shown = (filter: Partial<RowFilter>, toggled: readonly (readonly [string, boolean])[] = []) =>
  visibleRows({ rows, index, filter: { ...NO_FILTER, ...filter }, toggled: new Map(toggled), now: Date.parse("2027-01-01") });
const paths = (filter: Partial<RowFilter>) => shown(filter).map(({ row }) => row.element?.path);

describe("visibleRows", () => {
  it("are all elements at first, each below what it is in, and nothing of what is in nodes", () => {
    expect(new Set(paths({}))).toEqual(new Set(run.elements.map(({ path }) => path)));
    for (const { row } of shown({})) expect(row.parent?.element?.path).toBe(index.around(row.element?.path ?? ""));
  });

  it("have the spans of a node when it is open, and its attempts where there are several", () => {
    const once = shown({}, [[elementKey("writer.research.sources.iter_0.ask"), true]]);
    expect(once.filter(({ row }) => row.kind === "span").map(({ row }) => row.type)).toEqual(["chat", "execute_tool", "chat"]);
    const again = shown({}, [[elementKey("writer.research.sources.iter_1.ask"), true]]);
    expect(again.filter(({ row }) => row.kind === "attempt").map(({ row }) => [row.label, row.status])).toEqual([
      ["attempt 1", "failed"],
      ["attempt 2", "completed"],
    ]);
  });

  it("have any number of spans", () => {
    const path = "writer.research.sources.iter_0.ask";
    const [first] = index.spansOf(path).filter((span) => !index.isOwn(span));
    const spans = Array.from({ length: 300_000 }, (_, at) => ({ ...first, spanId: `${at}`, parentSpanId: undefined }) as (typeof run.spans)[number]);
    const many = runIndex({ ...run, spans });
    const sight = { rows: runRows({ ...run, spans }, many), index: many, filter: NO_FILTER, toggled: new Map([[elementKey(path), true]]), now: 0 };
    expect(visibleRows(sight).length).toBeGreaterThan(spans.length);
  });

  it("are without what is in an element that is closed", () => {
    expect(shown({}, [[elementKey("writer"), false]])).toHaveLength(1);
  });

  it("are those that the filters ask for, and what is around them", () => {
    expect(paths({ statuses: new Set(["failed"]) })).toEqual(["writer", "writer.checks", "writer.checks.try.test"]);
    expect(paths({ reuse: "reused" })).toEqual(["writer", "writer.brief"]);
    expect(paths({ retried: true }).at(-1)).toBe("writer.research.sources.iter_1.ask");
    expect(paths({ types: new Set(["file_operations"]) })).toEqual(["writer", "writer.checks", "writer.checks.catch.mend", "writer.publish"]);
    expect(paths({ types: new Set(["no such type"]) })).toEqual([]);
  });

  it("are those that were at work during a time, and that took so long", () => {
    const publish = index.element("writer.publish");
    const start = publish?.start ?? 0;
    expect(paths({ during: { start: start + 1, end: start + 2 } })).toEqual(["writer", "writer.publish"]);
    expect(paths({ shortestMs: 60_000 })).toEqual(["writer", "writer.approve"]);
  });
});
