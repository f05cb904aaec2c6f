import { diskJournalStore } from "@dad/journal/disk";
import { DadError, RunId } from "@dad/protocol";

/**
 * Claims a run at the moment that it is told to, prints how that went (and, when somebody else has it, who), and, when it won, keeps it until
 * its input ends. Arguments: root, run id, `create` or `open`.
 */
const [root = "", id = "", how = "create"] = process.argv.slice(2);
const store = diskJournalStore({ root });
const runId = RunId.parse(id);

process.stdout.write("ready\n");
process.stdin.once("data", () => void claim());

async function claim(): Promise<void> {
  try {
    const journal = await (how === "create" ? store.create(runId) : store.open(runId));
    await journal.append({ type: "custom.emitted", name: "claimed", data: process.pid });
    process.stdout.write(`won ${journal.epoch}\n`);
    process.stdin.once("end", () => void journal[Symbol.asyncDispose]());
  } catch (error) {
    process.stdout.write(`${DadError.is(error) ? `${error.code} ${ownerIn(error.details)}` : String(error)}\n`);
    process.stdin.destroy();
  }
}

function ownerIn(details: DadError["details"]): number | undefined {
  return (details?.["owner"] as { readonly pid: number } | undefined)?.pid;
}
