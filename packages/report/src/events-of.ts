import type { ArtifactEntry, RecordedEvent, ReportRun } from "@dad/protocol";
import { withoutData } from "@dad/run-context";
import { LONGEST_TEXT } from "./report-ports.ts";
import { shortened } from "./shortened.ts";

/** The members of events that are artifacts, or lists of them. */
const WITH_CONTENTS = ["artifacts", "artifact", "result", "inputs", "inputFiles"] as const;

/** Events without the contents that travel in them, and without what only the journal itself needs. */
export function eventsOf(events: readonly RecordedEvent[]): ReportRun["events"] {
  return events.map(({ prev: _prev, hash: _hash, ...event }) => shortened(bare(event), LONGEST_TEXT) as ReportRun["events"][number]);
}

function bare<Event extends object>(event: Event): Event {
  const contents = WITH_CONTENTS.filter((name) => name in event);
  if (contents.length === 0) return event;
  return { ...event, ...Object.fromEntries(contents.map((name) => [name, withoutContent((event as Readonly<Record<string, unknown>>)[name])])) };
}

function withoutContent(value: unknown): unknown {
  if (Array.isArray(value)) return withoutData(value as ArtifactEntry[]);
  return typeof value === "object" && value !== null ? withoutData([value as ArtifactEntry])[0] : value;
}
