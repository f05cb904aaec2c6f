import type { ReportLog } from "@dad/protocol";
import { withoutAnsi } from "../text/ansi-text.ts";

export const SEVERITIES = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What is shown of all logs. */
export interface LogFilter {
  /** This level and those above it. */
  readonly level: Severity;
  /** In what is said, in any case of its letters. */
  readonly term: string;
  /** What commands wrote, what the run and its nodes told, or both. */
  readonly source: LogSource;
  /** In the path of the node. */
  readonly path: string;
}

export const LOG_SOURCES = ["all", "told", "stdout", "stderr"] as const;
export type LogSource = (typeof LOG_SOURCES)[number];

export const ALL_LOGS: LogFilter = { level: "trace", term: "", source: "all", path: "" };

export function filteredLogs(logs: readonly ReportLog[], { level, term, source, path }: LogFilter): readonly ReportLog[] {
  const [least, word, place] = [SEVERITIES.indexOf(level), term.toLowerCase(), path.toLowerCase()];
  return logs.filter((log) => {
    if (SEVERITIES.indexOf(log.severity) < least) return false;
    if (source !== "all" && source !== (streamOf(log) ?? "told")) return false;
    if (place !== "" && !(log.path ?? "").toLowerCase().includes(place)) return false;
    return word === "" || logText(log).toLowerCase().includes(word) || (log.eventName ?? "").toLowerCase().includes(word);
  });
}

/** Of what a command wrote: where to. */
export function streamOf({ attributes }: ReportLog): string | undefined {
  const stream = Object.hasOwn(attributes, "log.iostream") ? attributes["log.iostream"] : undefined;
  return typeof stream === "string" ? stream : undefined;
}

/** What was said, without what it would do to a terminal. */
export function logText({ body, eventName = "" }: ReportLog): string {
  if (body === undefined || body === null) return eventName;
  return withoutAnsi(typeof body === "string" ? body : JSON.stringify(body));
}
