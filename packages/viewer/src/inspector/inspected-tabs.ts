import type { ReportAttempt, ReportElement, ReportRun } from "@dad/protocol";
import { hasChat } from "../chat/chat-of-attempt.ts";
import type { RunIndex } from "../run-index.ts";

/** The parts of what is known of a node, in the order of their keys. */
export const TABS = ["summary", "input", "prompt", "output", "artifacts", "spans", "logs", "events", "fingerprint"] as const;
export type Tab = (typeof TABS)[number];

export interface InspectedTab {
  readonly tab: Tab;
  /** How many of them there are, where that says something. */
  readonly count?: number;
}

/** The name of what a node was given; what a model node keeps; what nodes gave. */
export const INPUT = "input";
export const OUTPUTS: readonly string[] = ["outcome", "result", "stdout", "stderr"];

interface Inspected {
  readonly element: ReportElement;
  readonly attempt?: ReportAttempt | undefined;
  readonly run: Pick<ReportRun, "contents">;
  readonly index: Pick<RunIndex, "spansOf" | "logsOf" | "eventsOf">;
}

/** Those that there is something to show in. */
export function inspectedTabs({ element: { path }, attempt, run, index }: Inspected): readonly InspectedTab[] {
  const artifacts = attempt?.artifacts ?? [];
  const counts: Readonly<Record<Tab, number | boolean>> = {
    summary: true,
    input: artifacts.some(({ name }) => name === INPUT),
    prompt: hasChat(artifacts, run),
    output: artifacts.some(({ name }) => OUTPUTS.includes(name)),
    artifacts: artifacts.length,
    spans: index.spansOf(path).length,
    logs: index.logsOf(path).length,
    events: index.eventsOf(path).length,
    fingerprint: attempt?.fingerprint !== undefined,
  };
  return TABS.flatMap((tab) => {
    const count = counts[tab];
    return count === false || count === 0 ? [] : [{ tab, ...(typeof count === "number" ? { count } : {}) }];
  });
}

/** The tab that a link names, or else the first one: of a node that failed, or goes on, that says why. */
export function currentTab(tabs: readonly InspectedTab[], asked: string | undefined): Tab {
  return tabs.find(({ tab }) => tab === asked)?.tab ?? "summary";
}
