import type { RecordedEvent } from "@dad/protocol";

/** Folds which messages from outside were taken. */
export function foldMessages() {
  const ids = new Set<string>();
  return {
    ids: ids as ReadonlySet<string>,
    add(event: RecordedEvent): void {
      if (event.type === "custom.emitted" && event.message !== undefined) ids.add(event.message);
    },
  };
}
