import type { PlannedNode, RerunPlan } from "@dad/protocol";
import { usageText } from "./amounts.ts";
import type { Paint } from "./paint.ts";
import { type Cell, rowLines } from "./rows.ts";

export interface PlanContext {
  readonly paint: Paint;
  /** Lists also what is reused, however much that is. */
  readonly all?: boolean;
  /** The command that does it. */
  readonly next?: string | undefined;
}

const MOST_REUSED = 40;
const MARKS = { reuse: "=", execute: "▶", blocked: "✗", "decided at run time": "?" } as const;
const STYLES = { reuse: "dim", execute: "bold", blocked: "red", "decided at run time": "yellow" } as const;

/** What a re-run would do, for people. Its data is taken as it is: make it visible before. */
export function planText(plan: RerunPlan, { paint, all = false, next }: PlanContext): string {
  let reused = 0;
  const shown = plan.nodes.filter(({ decision }) => decision !== "reuse" || all || ++reused <= MOST_REUSED);
  const rows = shown.map((node): Cell[] => [
    { plain: `  x ${node.path}`, shown: `  ${paint(STYLES[node.decision], MARKS[node.decision])} ${node.path}` },
    { plain: node.decision, shown: paint(STYLES[node.decision], node.decision) },
    { plain: reasonOf(node) },
  ]);
  const left = plan.nodes.length - shown.length;
  return [
    paint(
      "bold",
      `a ${plan.rerun.replay ? "replay" : "re-run"} of ${plan.of}${plan.rerun.from === undefined ? "" : ` from ${plan.rerun.from}`} would`,
    ),
    ...rowLines(rows),
    ...(left === 0 ? [] : [paint("dim", `  … and reuse ${left.toLocaleString("en-US")} more`)]),
    countsLine(plan.nodes),
    `saved     ${usageText(plan.saved)}`,
    ...plan.problems.map(({ message, allow }) =>
      paint("red", `refused   ${message}${allow.length === 0 ? "" : ` (allow it with ${allow.join(" or ")})`}`),
    ),
    ...(next === undefined ? [] : [`next      ${next}`]),
  ].join("\n");
}

function reasonOf({ because: [first], origin, saved }: PlannedNode): string {
  if (first) return first.message;
  const isWorthIt = saved && (saved.recorded || saved.inputTokens + saved.outputTokens > 0);
  const amount = isWorthIt ? `, saves ${usageText(saved)}` : "";
  return origin ? `from ${origin.runId}${amount}` : "";
}

function countsLine(nodes: readonly PlannedNode[]): string {
  const counts = (["reuse", "execute", "decided at run time", "blocked"] as const).map((decision) => ({
    decision,
    count: nodes.filter((node) => node.decision === decision).length,
  }));
  return `nodes     ${counts.flatMap(({ decision, count }) => (count === 0 ? [] : [`${count.toLocaleString("en-US")} ${WORDS[decision]}`])).join(", ")}`;
}

const WORDS = { reuse: "reused", execute: "executed", "decided at run time": "decided at run time", blocked: "blocked" } as const;
