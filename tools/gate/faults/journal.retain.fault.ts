// Fault: what a run retains is read only as long as its origin is there.
// Noticed by: keeps a run readable that is gone, for the next handle too, if it claims to be durable
import { memoryLocks } from "@dad/disk";
import { powerLossDisk } from "@dad/disk/testing";
import type { JournalStore } from "@dad/journal";
import { diskJournalStore } from "@dad/journal/disk";
import { journalStoreContract } from "@dad/journal/testing";

let [disk, locks] = [powerLossDisk(), memoryLocks()];

function forgetfulJournal(): JournalStore {
  const store = diskJournalStore({ root: "/runs", fs: disk, locks });
  return {
    ...store,
    async *read(runId, options) {
      yield* store.read(runId, options);
      for await (const _event of store.read(runId)) return;
    },
  };
}

async function removeTree(path: string): Promise<void> {
  for (const entry of await disk.readdir(path, { withFileTypes: true }))
    await (entry.isDirectory() ? removeTree(`${path}/${entry.name}`) : disk.unlink(`${path}/${entry.name}`));
  await disk.rmdir(path);
}

journalStoreContract("a journal that needs its origins", {
  create() {
    [disk, locks] = [powerLossDisk(), memoryLocks()];
    return forgetfulJournal();
  },
  reopen: forgetfulJournal,
  async damage(runId, seq) {
    const path = `/runs/${runId}/journal.jsonl`;
    const lines = (await disk.readFile(path, "utf8")).split("\n");
    await disk.writeFile(path, lines.with(seq - 1, lines[seq - 1]!.replace('"number":', '"number":1')).join("\n"), { flag: "w" });
  },
  remove: (runId) => removeTree(`/runs/${runId}`),
});
