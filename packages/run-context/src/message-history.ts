import type { InputId, RecordedEvent } from "@dad/protocol";

/** Folds which messages from outside were taken or refused. */
export function foldMessages() {
  const ids = new Set<string>();
  const refused = new Map<InputId, Set<string>>();
  return {
    ids: ids as ReadonlySet<string>,
    refused: refused as ReadonlyMap<InputId, ReadonlySet<string>>,
    add(event: RecordedEvent): void {
      if (!("message" in event) || event.message === undefined) return;
      if (event.type === "custom.emitted") ids.add(event.message);
      else if (event.type === "input.rejected") refused.set(event.request, new Set(refused.get(event.request)).add(event.message));
    },
  };
}
