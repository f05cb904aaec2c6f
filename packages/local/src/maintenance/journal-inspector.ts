import { join } from "node:path";
import { measure, nodeDisk } from "@dad/disk";
import { type Inspector, RepairError, type TrashCan } from "@dad/doctor";
import type { JournalStore } from "@dad/journal";
import { checkDiskJournals, keepValidPrefix, whileNobodyWorks } from "@dad/journal/disk";
import { DadError, type Finding, RelativePath, type RunId } from "@dad/protocol";
import { ifPresent } from "./maintenance-disk.ts";

/** Looks at how the journals of a run root lie on the disk. */
export function journalInspector(runRoot: string, { journals, trash }: { readonly journals: JournalStore; readonly trash: TrashCan }): Inspector {
  const runs = { root: runRoot };

  async function discardRun(runId: RunId): Promise<boolean> {
    const found = await measure(nodeDisk, join(runRoot, runId));
    // Looked at again, as the only one who may write to it.
    if (found === undefined || (await hasEntries(journals, runId))) return false;
    const { bytes, ino, mtimeMs } = found;
    const reason = "nothing is recorded of it: whoever made it died";
    const garbage = { kind: "run-directory" as const, what: runId, from: RelativePath.parse(runId), reason, bytes, judged: { ino, mtimeMs } };
    return (await trash.open([garbage])).take(garbage);
  }

  return {
    subject: "the journals",
    inspect: ({ runId, signal }) => checkDiskJournals(runs, { runId, ...(signal ? { signal } : {}) }),
    repairs: {
      async "keep-valid-prefix"(finding) {
        await keepValidPrefix(runs, runOf(finding));
      },
      async "discard-run"(finding) {
        const runId = runOf(finding);
        if (!(await whileNobodyWorks(runs, runId, () => discardRun(runId)))) throw new RepairError("discard-run", runId, "it is used");
      },
      async "remove-lease"(finding) {
        const path = join(runRoot, finding.where);
        await whileNobodyWorks(runs, runOf(finding), () => ifPresent("remove", path, nodeDisk.unlink(path)));
      },
    },
  };
}

/** False also where there is no journal. */
async function hasEntries(journals: JournalStore, runId: RunId): Promise<boolean> {
  try {
    for await (const _entry of journals.read(runId)) return true;
  } catch (error) {
    if (!DadError.is(error, "RUN_UNKNOWN")) throw error;
  }
  return false;
}

function runOf({ runId, code }: Finding): RunId {
  if (runId === undefined) throw new TypeError(`a finding ${code} belongs to a run`);
  return runId;
}
