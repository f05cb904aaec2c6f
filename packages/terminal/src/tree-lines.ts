import type { InputRequest } from "@dad/protocol";
import { costText, repliesText } from "./amounts.ts";
import { durationText } from "./duration.ts";
import type { TreeItem } from "./element-tree.ts";
import { statusLook } from "./node-mark.ts";
import type { Paint, Style } from "./paint.ts";
import type { RunTotal, RunTree } from "./run-tree.ts";
import { lastLine, oneLine } from "./stream-tail.ts";
import { columnsOf, cutEnd, cutStart } from "./text-width.ts";
import type { AnswerCommand } from "./waiting-line.ts";

export interface TreeLook {
  /** By the monotonic clock. */
  readonly now: number;
  readonly columns: number;
  readonly rows: number;
  readonly paint: Paint;
  readonly answer: AnswerCommand;
}

/** A line, and how much it matters that it is shown. */
interface RankedLine {
  /** Of many lines, few are shown. */
  readonly text: () => string;
  readonly rank: (typeof RANK)[keyof typeof RANK];
  /** Of lines that matter as much, the newest are shown. */
  readonly since: number;
}

const RANK = { goesOn: 0, asks: 1, failed: 2, streams: 3, over: 4 } as const;

/** The run in so many lines as fit: what goes on, and as much else as there is room for. Each is narrower than the terminal. */
export function treeLines(tree: Pick<RunTree, "items" | "requests" | "total">, look: TreeLook): string[] {
  const room = Math.max(1, look.rows - 1);
  const footer = footerLines(tree, look).slice(-Math.max(0, room - 1));
  const lines = tree.items().flatMap((item) => linesOf(item, tree.requests.of(item.path), look));
  return [...fitting(lines, room - footer.length, look), ...footer];
}

function linesOf(item: TreeItem, requests: readonly InputRequest[], look: TreeLook): RankedLine[] {
  const { since } = item;
  const isOver = item.status !== "running" && item.status !== "waiting";
  const rank = isOver ? (item.status === "failed" ? RANK.failed : RANK.over) : RANK.goesOn;
  const indent = `${indentOf(item.path, look)}  `;
  const asked = requests.map(({ prompt }) => ({
    text: () => line([[indent], ["? ", "yellow"], [oneLine(prompt)]], look),
    rank: RANK.asks,
    since,
  }));
  const said = isOver || item.streams === undefined ? "" : lastLine(item.streams);
  const room = look.columns - 1 - indent.length;
  const streamed = { text: () => line([[indent], [cutStart(said, room), "dim"]], look), rank: RANK.streams, since };
  return [{ text: () => itemLine(item, requests.length > 0, look), rank, since }, ...asked, ...(said === "" ? [] : [streamed])];
}

function itemLine(item: TreeItem, asks: boolean, look: TreeLook): string {
  const { path, since, durationMs } = item;
  const status = asks && item.status === "running" ? "waiting" : item.status;
  const time = status === "skipped" || item.retryAt !== undefined ? "" : durationText(durationMs ?? Math.max(0, look.now - since));
  const notes = notesOf(item, status, look)
    .filter((note) => note !== "")
    .join(", ");
  const told = [time, notes].map((text) => (text === "" ? "" : ` ${text}`)).join("");
  const indent = indentOf(path, look);
  const name = cutEnd(path.slice(path.lastIndexOf(".") + 1), Math.max(1, look.columns - 3 - indent.length - columnsOf(told)));
  return line([[indent], statusLook(status), [` ${name}`], [told, "dim"]], look);
}

function notesOf(
  { decision, attempt = 1, isHandled, retryAt, done = 0, failed = 0, usage }: TreeItem,
  status: TreeItem["status"],
  { now }: TreeLook,
): string[] {
  return [
    retryAt === undefined ? (WORDS[status] ?? "") : `is tried again in ${durationText(Math.max(0, retryAt - now))}`,
    ...(decision === "reused" || decision === "assumed" ? [decision] : []),
    ...(isHandled ? ["was allowed to"] : []),
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    ...(done > 0 ? [`${done.toLocaleString("en-US")} done${failed > 0 ? ` (${failed.toLocaleString("en-US")} failed)` : ""}`] : []),
    ...(usage?.recorded ? ["recorded"] : []),
    ...(usage === undefined || usage.costUsd === 0 ? [] : [usage.costUsd === null ? "cost unknown" : costText(usage.costUsd)]),
  ];
}

/** What the sign alone does not say. */
const WORDS: { readonly [Status in TreeItem["status"]]?: string } = {
  waiting: "waits",
  failed: "failed",
  cancelled: "cancelled",
  skipped: "skipped",
  interrupted: "interrupted",
};

/** Of what does not fit, one line says how much it is. */
function fitting(lines: readonly RankedLine[], room: number, look: TreeLook): string[] {
  if (lines.length <= room) return lines.map(({ text }) => text());
  // What is last among equals is the newest.
  const byWorth = lines.toReversed().sort((left, right) => left.rank - right.rank || right.since - left.since);
  const shown = new Set(byWorth.slice(0, Math.max(1, room - 1)));
  const left = byWorth.slice(shown.size);
  const rest = room > 1 ? [line([[restText(left), "dim"]], look)] : [];
  return [...rest, ...lines.filter((item) => shown.has(item)).map(({ text }) => text())];
}

function restText(left: readonly RankedLine[]): string {
  const counts = (["over", "failed", "goesOn"] as const).map((kind) => [left.filter(({ rank }) => rank === RANK[kind]).length, kind] as const);
  const told = counts.filter(([count]) => count > 0).map(([count, kind]) => `${count.toLocaleString("en-US")} ${REST[kind]}`);
  return told.length === 0 ? "…" : `… ${told.join(", ")}`;
}

const REST = { over: "done", failed: "failed", goesOn: "going on" } as const;

/** How the run stands, and how it is answered. */
function footerLines({ requests, total }: Pick<RunTree, "requests" | "total">, look: TreeLook): string[] {
  const run = total();
  if (!run) return [];
  const asked = requests.all();
  const more = asked.length > 1 ? ` (and ${asked.length - 1} more)` : "";
  return [
    line([[`${run.runId} ${totalText(run, look)}`, "dim"]], look),
    ...asked.slice(0, 1).map((request) => line([["answer: ", "yellow"], [oneLine(look.answer(run.runId, request.id))], [more, "dim"]], look)),
  ];
}

function totalText({ since, usage, isResumed }: RunTotal, { now }: TreeLook): string {
  const recorded = usage.recorded ? `, recorded: ${repliesText(usage.recorded)}` : "";
  return `${durationText(Math.max(0, now - since))}, cost ${costText(usage.costUsd)}${recorded}${isResumed ? " since it was resumed" : ""}`;
}

type Part = readonly [text: string, style?: Style];

/** Parts of a line beside each other, as far as they fit. The last column stays free: some terminals break the line behind it. */
function line(parts: readonly Part[], { columns, paint }: TreeLook): string {
  let room = columns - 1;
  return parts
    .map(([text, style]) => {
      const cut = cutEnd(text, room);
      room -= columnsOf(cut);
      return style === undefined || cut === "" ? cut : paint(style, cut);
    })
    .join("");
}

/** However deep an element is, half of the terminal is left for it. */
function indentOf(path: string, { columns }: TreeLook): string {
  const depth = path.split(".").length - 1;
  return " ".repeat(Math.min(depth * 2, Math.floor(columns / 2)));
}
