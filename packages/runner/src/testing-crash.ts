import { memoryJournalStore } from "@dad/journal/memory";
import { type ErrorEnvelope, errorEnvelope, type EventDraft, type Json, type RecordedEvent } from "@dad/protocol";
import { memoryPorts } from "./testing-ports.ts";
import { RUN } from "./testing-run.ts";

// For the tests of this package only: runs whose process was killed, and what has to hold of them.

/** Ports in which a run is on record up to some entry, as a process leaves it that is killed there. */
export async function cutAfter(record: readonly RecordedEvent[], entries: number): Promise<ReturnType<typeof memoryPorts>> {
  const journals = memoryJournalStore();
  await using journal = await journals.create(RUN);
  for (const event of record.slice(0, entries)) await journal.append(draftOf(event), { wait: "ordered" });
  return { ...memoryPorts(), journals };
}

function draftOf(event: RecordedEvent): EventDraft {
  const { runId: _run, seq: _seq, time: _time, epoch: _epoch, hash: _hash, prev: _prev, ...draft } = event;
  return draft;
}

/** What a run gave, or which errors made it fail. */
export async function endOf(run: Promise<Json>): Promise<Json> {
  try {
    return { gave: await run };
  } catch (error) {
    return { failed: codesOf(errorEnvelope(error)) };
  }
}

function codesOf({ code, cause }: ErrorEnvelope): readonly string[] {
  return cause === undefined ? [code] : [code, ...codesOf(cause)];
}

/** `<path> <attempt>` of the events of some types. */
export function attemptsOf(record: readonly RecordedEvent[], ...types: readonly string[]): string[] {
  return record.flatMap((event) => ("attempt" in event && types.includes(event.type) ? [`${String(event["path"])} ${String(event.attempt)}`] : []));
}

export const ENDS = ["node.completed", "node.failed", "node.cancelled"] as const;

/**
 * The nodes that had completed and must not be executed again: all but those of a cleanup whose body had come to no end that
 * stands. That cleaned up what is there again.
 */
export function completedForGood(record: readonly RecordedEvent[]): ReadonlySet<string> {
  const concluded = new Set(record.flatMap((event) => (event.type === "component.completed" ? [String(event.path)] : [])));
  const mayRepeat = (path: string) =>
    [...path.matchAll(/\.finally(?=\.)/g)].some(({ index }) => !["try", "catch"].some((step) => concluded.has(`${path.slice(0, index)}.${step}`)));
  return new Set(record.flatMap((event) => (event.type === "node.completed" && !mayRepeat(event.path) ? [event.path] : [])));
}
