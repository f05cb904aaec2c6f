import { type EventDraft, NodePath, type RecordedEvent, RunId } from "@dad/protocol";
import type { JournalStore, ReadOptions } from "../journal-store.ts";

export const RUN = RunId.parse("run_20261122_073443_1f9c2a");

/** An event that says a number. */
export function numbered(number: number): EventDraft {
  return { type: "custom.emitted", name: "number", data: { number, text: "ä\u2028\n" } };
}

export function nodeStarted(path: string): EventDraft {
  return { type: "node.started", path: NodePath.parse(path), attempt: 1, nodeType: "command" };
}

export async function recorded(store: JournalStore, runId = RUN, options?: ReadOptions): Promise<RecordedEvent[]> {
  return all(store.read(runId, options));
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The runs that a store lists. */
export async function runIdsOf(store: JournalStore): Promise<RunId[]> {
  return (await all(store.list())).map(({ runId }) => runId);
}

/** The numbers from 1 to a count. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** The codes of what was rejected. */
export function codesOf(results: ReadonlyArray<PromiseSettledResult<unknown>>): unknown[] {
  return results.filter((result) => result.status === "rejected").map(({ reason }) => (reason as { code?: unknown }).code);
}
