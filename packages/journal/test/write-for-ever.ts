import { diskJournalStore } from "@dad/journal/disk";
import { DadError, RunId } from "@dad/protocol";

/** Appends until it is killed, or somebody takes the run over. Prints the last sequence number of each batch that was acknowledged. Arguments: root, run id. */
const [root = "", id = ""] = process.argv.slice(2);
const store = diskJournalStore({ root });
const runId = RunId.parse(id);
const journal = (await store.owner(runId)) === undefined && (await known()) ? await store.open(runId) : await store.create(runId);

for (;;) {
  const seq = await write().catch((error: unknown) => {
    process.stdout.write(`${DadError.is(error) ? error.code : String(error)}\n`);
    process.exit(1);
  });
  process.stdout.write(`${seq}\n`);
}

async function write(): Promise<number> {
  const appends = Array.from({ length: 20 }, (_, index) => journal.append({ type: "custom.emitted", name: "entry", data: "x".repeat(index * 997) }));
  return Math.max(...(await Promise.all(appends)).map((event) => event.seq));
}

async function known(): Promise<boolean> {
  for await (const listed of store.list()) if (listed.runId === runId) return true;
  return false;
}
