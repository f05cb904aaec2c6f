import { memoryJournalStore } from "./memory.ts";
import { journalStoreContract } from "./testing.ts";

journalStoreContract("memoryJournalStore", { create: memoryJournalStore });
