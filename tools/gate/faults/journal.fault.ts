// Fault: one entry of a run is never read again.
// Noticed by: records 100 concurrent appends in the order of the calls, without a gap
import type { JournalStore } from "@dad/journal";
import { memoryJournalStore } from "@dad/journal/memory";
import { journalStoreContract } from "@dad/journal/testing";

const LOST = 77;

function gappyJournal(): JournalStore {
  const store = memoryJournalStore();
  return {
    ...store,
    async *read(runId, options) {
      for await (const event of store.read(runId, options)) if (event.seq !== LOST) yield event;
    },
  };
}

journalStoreContract("a journal with a gap", { create: gappyJournal });
