import { diskJournalStore } from "@dad/journal/disk";
import { RunId } from "@dad/protocol";

/** Appends until it is killed. Prints the sequence number of each entry that was acknowledged. Arguments: root, run id. */
const [root = "", id = ""] = process.argv.slice(2);
const store = diskJournalStore({ root });
const runId = RunId.parse(id);
const journal = (await store.owner(runId)) === undefined && (await known()) ? await store.open(runId) : await store.create(runId);

for (;;) {
  const appends = Array.from({ length: 20 }, (_, index) => journal.append({ type: "custom.emitted", name: "entry", data: "x".repeat(index * 997) }));
  const seq = Math.max(...(await Promise.all(appends)).map((event) => event.seq));
  process.stdout.write(`${seq}\n`);
}

async function known(): Promise<boolean> {
  for await (const listed of store.list()) if (listed === runId) return true;
  return false;
}
