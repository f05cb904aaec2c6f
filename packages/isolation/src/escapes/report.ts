import { MEANING } from "../guard.ts";
import type { EscapeReport, GuardReport } from "./run-escapes.ts";

/** One row for each guard, as Markdown, for a README. */
export function escapesAsMarkdown({ guards }: EscapeReport): string {
  const rows = guards.map((report) => `| \`${report.guard}\` | ${MEANING[report.guard]} | ${strengthOf(report)} | ${countOf(report)} |`);
  return ["| guard | a command cannot | strength | attempts held back |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}

/** The same in columns, for a terminal, and below it what got out, what proves nothing, and what could not be tried. */
export function escapesAsText({ adapter, guards, verdicts }: EscapeReport): string {
  const rows = guards.map((report) => [MARKS[report.verdict], report.guard, strengthOf(report), countOf(report), MEANING[report.guard]]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  const remarks = verdicts
    .filter(({ verdict }) => verdict !== "blocked" && verdict !== "detected")
    .map(({ verdict, id, title, detail }) => `${verdict}: ${id}, ${title}: ${detail}`);
  return [`With ${adapter}, a command cannot:`, ...lines, ...(remarks.length > 0 ? ["", ...remarks] : []), ""].join("\n");
}

const MARKS: Readonly<Record<GuardReport["verdict"], string>> = { holds: "holds", broken: "BROKEN", unproven: "unproven", contract: "-", none: "-" };

function strengthOf({ claimed, verdict }: GuardReport): string {
  return verdict === "holds" || verdict === "contract" || verdict === "none" ? claimed : `${claimed} (${verdict})`;
}

function countOf({ claimed, attempts: { all, held, tried } }: GuardReport): string {
  if (claimed === "none") return "-";
  return all === 0 ? "by its contract" : `${held} of ${tried}${tried < all ? `, ${all - tried} not tried` : ""}`;
}
