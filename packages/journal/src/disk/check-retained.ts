import { DadError, type Finding, type RunId } from "@dad/protocol";
import { entriesOf } from "./journal-file.ts";
import { isSameFile } from "./retained-lines.ts";
import { journalPath, retainedBy, retainedPath } from "./run-directory.ts";
import type { RunRoot } from "./run-lease.ts";
import { ifPresent } from "./storage.ts";

/** Finds damage in what runs retain of others. A file that several of them retain is read once. */
export interface RetainedCheck {
  of(runId: RunId, signal: AbortSignal | undefined): AsyncIterable<Finding>;
}

type Damage = DadError<"JOURNAL_DAMAGED">;

interface Reading {
  readonly runId: RunId;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
}

export function retainedCheck(runRoot: RunRoot): RetainedCheck {
  const known = new Map<number, Damage | undefined>();

  async function damageIn(reading: Reading): Promise<Damage | undefined> {
    const entry = await ifPresent("look at", reading.path, runRoot.fs.lstat(reading.path));
    if (entry === undefined) return undefined;
    if (!known.has(entry.ino)) known.set(entry.ino, await readDamage(runRoot, reading));
    return known.get(entry.ino);
  }

  return {
    async *of(runId, signal) {
      for (const origin of await retainedBy(runRoot, runId)) {
        const path = retainedPath(runRoot, runId, origin);
        const damage = await damageIn({ runId: origin, path, signal });
        if (damage) yield findingOf({ runId, origin, damage }, await isWholeElsewhere(runRoot, { runId: origin, path, signal }));
      }
    },
  };
}

async function readDamage({ fs }: RunRoot, { runId, path, signal }: Reading): Promise<Damage | undefined> {
  const file = await ifPresent("open", path, fs.open(path, "r"));
  try {
    if (file) for await (const _found of entriesOf({ file, path, runId })) signal?.throwIfAborted();
    return undefined;
  } catch (error) {
    if (DadError.is(error, "JOURNAL_DAMAGED")) return error;
    throw error;
  } finally {
    await file?.close();
  }
}

/** Whether the origin itself has a journal, which is another file, and is whole. */
async function isWholeElsewhere(runRoot: RunRoot, { path, ...reading }: Reading): Promise<boolean> {
  const own = journalPath(runRoot, reading.runId);
  if ((await ifPresent("look at", own, runRoot.fs.lstat(own))) === undefined || (await isSameFile(runRoot, path, own))) return false;
  return (await readDamage(runRoot, { ...reading, path: own })) === undefined;
}

interface DamagedOrigin {
  readonly runId: RunId;
  readonly origin: RunId;
  readonly damage: Damage;
}

function findingOf({ runId, origin, damage }: DamagedOrigin, isWhole: boolean): Finding {
  const { line } = damage.details;
  const description = isWhole
    ? `put a copy of ${origin}/journal.jsonl in its place, which is whole`
    : "put a whole copy of it in its place: what is reused from behind the damage is nowhere else";
  return {
    code: "ORIGIN_DAMAGED",
    severity: "error",
    what: `what run ${runId} retains of run ${origin} is damaged: ${damage.message}`,
    where: `${runId}/.origins/${origin}.jsonl`,
    runId,
    details: { origin, line: Number(line) },
    repair: { action: "replace-origin", description, automatic: false },
  };
}
