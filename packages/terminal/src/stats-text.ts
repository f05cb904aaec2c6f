import type { StatsGroup, StatsReport } from "@dad/protocol";
import { costText } from "./amounts.ts";
import { durationText, timeText } from "./duration.ts";
import type { Paint } from "./paint.ts";
import { type Cell, rowLines } from "./rows.ts";

/** Runs that were added up, for people, no wider than `columns`. */
export function statsText(report: StatsReport, paint: Paint, columns?: number): string {
  const { by, total, groups, since } = report;
  if (total.count === 0) return since === null ? "no runs" : `no runs since ${timeText(since)}`;
  const head = totalLines(report, paint);
  if (by === null) return [...head, "", ...rowLines(measureRows(total, paint), columns)].join("\n");
  if (groups.length === 0 && by !== "agent") return [...head, "", NOTHING[by]].join("\n");
  const names = [by.toUpperCase(), COUNTED[by], "CHART", "FAILED", "OPEN", "REUSED", "P50", "P95", "TOKENS", "COST"];
  const rows = [names.map((plain) => ({ plain, shown: paint("dim", plain) })), ...groups.map((group) => groupRow(group, paint))];
  return [...head, "", ...rowLines(withoutEmpty(rows), columns)].join("\n");
}

const COUNTED = { agent: "RUNS", node: "ATTEMPTS", model: "CALLS" };

const NOTHING = {
  node: "no node was begun in these runs",
  model: "no call of a model is in the traces of these runs",
};

function totalLines({ total, since, until }: StatsReport, paint: Paint): string[] {
  const { count, completed, failed, cancelled, open, series } = total;
  const from = since ?? series[0]?.start ?? until;
  const ends = [
    [completed, "completed", "green"],
    [failed, "failed", "red"],
    [cancelled, "cancelled", "yellow"],
    [open, "open", "cyan"],
  ] as const;
  const parts = ends.filter(([many]) => many > 0).map(([many, word, style]) => paint(style, `${numberText(many)} ${word}`));
  const runs = `${paint("bold", numberText(count))} ${count === 1 ? "run" : "runs"}`;
  return [`${runs} since ${timeText(from)}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`];
}

/** One row for each thing that is measured, with how it went over the time. */
function measureRows({ series, duration, usage }: StatsGroup, paint: Paint): (readonly Cell[])[] {
  const costs = series.map(({ costUsd }) => costUsd ?? 0);
  const tokens = usage.inputTokens + usage.outputTokens;
  return [
    row(
      "runs",
      series.map(({ count }) => count),
      `at most ${numberText(Math.max(0, ...series.map(({ count }) => count)))} in a part`,
    ),
    row(
      "failed",
      series.map(({ failed }) => failed),
      numberText(series.reduce((sum, { failed }) => sum + failed, 0)),
    ),
    row(
      "tokens",
      series.map((part) => part.tokens),
      `${numberText(usage.inputTokens)} in, ${numberText(usage.outputTokens)} out (${numberText(tokens)})`,
    ),
    row("cost", costs, costText(usage.costUsd)),
    [{ plain: "took", shown: paint("dim", "took") }, { plain: "" }, { plain: durationsText(duration) }],
  ];

  function row(name: string, values: readonly number[], text: string): readonly Cell[] {
    return [{ plain: name, shown: paint("dim", name) }, chartCell(values, name === "failed" ? "red" : "cyan", paint), { plain: text }];
  }
}

function durationsText({ p50, p95, max }: StatsGroup["duration"]): string {
  if (p50 === null || p95 === null || max === null) return "nothing has ended";
  return `half within ${durationText(p50)}, 95% within ${durationText(p95)}, all within ${durationText(max)}`;
}

function groupRow({ key, count, series, failed, open, reused, duration, usage }: StatsGroup, paint: Paint): readonly Cell[] {
  const failures = failed === 0 ? "" : numberText(failed);
  return [
    { plain: key },
    { plain: numberText(count) },
    chartCell(
      series.map((part) => part.count),
      "cyan",
      paint,
    ),
    { plain: failures, shown: paint("red", failures) },
    { plain: open === 0 ? "" : numberText(open) },
    { plain: reused === 0 ? "" : numberText(reused) },
    { plain: duration.p50 === null ? "" : durationText(duration.p50) },
    { plain: duration.p95 === null ? "" : durationText(duration.p95) },
    { plain: numberText(usage.inputTokens + usage.outputTokens) },
    { plain: costText(usage.costUsd) },
  ];
}

/** Columns of which no row has anything say nothing. */
function withoutEmpty(rows: readonly (readonly Cell[])[]): (readonly Cell[])[] {
  const [, ...bodies] = rows;
  return rows.map((row) => row.filter((_, at) => bodies.some((body) => body[at]?.plain !== "")));
}

const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

function chartCell(values: readonly number[], style: "cyan" | "red", paint: Paint): Cell {
  const plain = sparkline(values);
  return { plain, shown: paint(style, plain) };
}

/** One bar for each number, from nothing to the largest. What is none has no bar, however small the others are. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(0, ...values);
  return values.map((value) => (value <= 0 ? " " : BARS[Math.min(BARS.length - 1, Math.ceil((value / most) * BARS.length) - 1)])).join("");
}

function numberText(value: number): string {
  return value.toLocaleString("en-US");
}
