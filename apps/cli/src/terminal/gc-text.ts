import type { GarbageKind, GarbageVerdict, GcReport, TrashReport } from "@dad/protocol";
import type { Paint } from "@dad/terminal";
import type { CommandLine } from "../project/next-commands.ts";
import { counted, sizeText } from "./counted.ts";

const WORDS: Readonly<Record<GarbageKind, readonly [one: string, many: string]>> = {
  blob: ["content", "contents"],
  leftover: ["unfinished file", "unfinished files"],
  "work-tree": ["working tree", "working trees"],
  "git-index": ["index file of git", "index files of git"],
  lock: ["lock", "locks"],
  "run-directory": ["run directory", "run directories"],
};

export interface GcTextOptions {
  readonly paint: Paint;
  /** Also what stays. */
  readonly verbose: boolean;
  /** How a command about these runs is written. */
  readonly line: CommandLine;
}

/** What went, or would go, and why. */
export function gcText({ dryRun, objects, blocked, restored, trash }: GcReport, { paint, verbose, line }: GcTextOptions): string {
  const going = objects.filter(({ verdict }) => verdict === "collect");
  const shown = verbose ? objects : going;
  const summary = going.length === 0 ? "nothing to collect" : `${dryRun ? "would collect" : "collected"} ${summaryOf(going)}`;
  return [
    ...blocked.map((reason) => `${paint("yellow", "kept")} what may be needed: ${reason}`),
    ...restored.map((digest) => `${paint("green", "put back")} ${digest}: a journal names it`),
    ...shown.map((object) => verdictText(object, paint)),
    `${summary}; ${counted(objects.length - going.length, "thing stays", "things stay")}`,
    ...(trash === null
      ? []
      : [`${paint("dim", "it is in the trash")} ${trash}\n  ${line("gc", "--undo")} puts it back\n  ${line("gc", "--purge")} deletes it`]),
  ].join("\n");
}

function verdictText({ kind, where, bytes, verdict, reason }: GarbageVerdict, paint: Paint): string {
  return `${verdict === "collect" ? paint("yellow", "collect") : paint("dim", "keep")} ${WORDS[kind][0]} ${where} (${sizeText(bytes)}): ${reason}`;
}

function summaryOf(things: readonly { readonly kind: GarbageKind; readonly bytes: number }[]): string {
  const kinds = Map.groupBy(things, ({ kind }) => kind);
  const counts = [...kinds].map(([kind, group]) => counted(group.length, ...WORDS[kind]));
  return `${counts.join(", ")} (${sizeText(things.reduce((sum, { bytes }) => sum + bytes, 0))})`;
}

/** What became of what was in the trash. */
export function trashText({ items }: TrashReport): string {
  if (items.length === 0) return "the trash is empty";
  const by = Map.groupBy(items, ({ became }) => became);
  return [...by].map(([became, group]) => `${BECAME[became]} ${summaryOf(group)}`).join("\n");
}

const BECAME = { restored: "put back", purged: "deleted", left: "left in the trash, because something else is in its place:" } as const;
