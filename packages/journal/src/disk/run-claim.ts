import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { DiskFs } from "@dad/disk";
import { digestOfBytes, hexOfDigest, type RunId, RunOwner } from "@dad/protocol";
import { RunLockedError } from "../errors.ts";
import type { JournalOwner } from "../journal-store.ts";
import { isAlive, thisProcess } from "./process-identity.ts";
import { ifFree, ifPresent, makeDirectory, onDisk } from "./storage.ts";

/** The right to write to a run, until it is given back. */
export interface RunClaim {
  readonly release: () => Promise<void>;
}

/** An owner record that was read. `owner` is absent when it cannot be understood: a power loss tore it. */
interface OwnerRecord {
  readonly path: string;
  /** Tells this record from every other one that ever was. */
  readonly id: string;
  readonly owner: RunOwner | undefined;
}

/**
 * Claims a run for this process. `<runId>.json` names its owner. It gets its name by an exclusive link,
 * so it is whole from the beginning and there is one of it.
 *
 * A dead owner cannot take its record away, and whoever wants to replace it may find that another
 * process just did. So a successor first makes an exclusive record `<runId>.<id of the record>.next`;
 * there is one for each record, hence one successor. Only its maker, having seen that the dead owner is
 * still named, puts its own name there. A successor may die too, and is then followed in the same way.
 *
 * Errors: `RUN_LOCKED` when the owner lives, `JOURNAL_STORAGE_FAILED`.
 */
export async function claimRun(fs: DiskFs, root: string, runId: RunId): Promise<RunClaim> {
  const place = lockPlace(root, runId);
  await makeDirectory(fs, place.directory, { durable: true });
  const owner: RunOwner = { ...(await thisProcess()), since: new Date().toISOString(), claim: randomUUID() };
  const text = `${JSON.stringify(owner)}\n`;
  const draft = join(place.directory, `.dad_tmp_${owner.claim}`);
  await onDisk("write", draft, fs.writeFile(draft, text, { flag: "wx" }));
  try {
    while (!(await tryToClaim(fs, { runId, place, draft })));
  } finally {
    await ifPresent("remove", draft, fs.unlink(draft));
  }
  const own = recordOf(place.lock, text).id;
  return {
    async release() {
      const current = await readRecord(fs, place.lock);
      if (current?.id === own) await ifPresent("remove", place.lock, fs.unlink(place.lock));
    },
  };
}

/** Who works on a run, or `undefined` when nobody who lives does. */
export async function livingOwner(fs: DiskFs, root: string, runId: RunId): Promise<JournalOwner | undefined> {
  const owner = (await successionOf(fs, lockPlace(root, runId))).at(-1)?.owner;
  return owner && (await isAlive(owner)) ? journalOwner(owner) : undefined;
}

interface LockPlace {
  readonly directory: string;
  readonly lock: string;
  next(record: OwnerRecord): string;
}

function lockPlace(root: string, runId: RunId): LockPlace {
  const directory = join(root, ".dad", "locks");
  return { directory, lock: join(directory, `${runId}.json`), next: ({ id }) => join(directory, `${runId}.${id}.next`) };
}

/** Resolves to false when another process was faster, and things have to be looked at again. */
async function tryToClaim(fs: DiskFs, { runId, place, draft }: { runId: RunId; place: LockPlace; draft: string }): Promise<boolean> {
  if (await ifFree("claim", place.lock, fs.link(draft, place.lock))) return true;
  const succession = await successionOf(fs, place);
  const [first, last] = [succession[0], succession.at(-1)];
  if (first === undefined || last === undefined) return false;
  if (last.owner && (await isAlive(last.owner))) throw new RunLockedError(runId, journalOwner(last.owner));
  const next = place.next(last);
  if (!(await ifFree("claim", next, fs.link(draft, next)))) return false;
  const current = await readRecord(fs, place.lock);
  const succeeds = current?.id === first.id;
  if (succeeds) await onDisk("claim", place.lock, fs.rename(draft, place.lock));
  for (const { path } of [...succession.slice(1), { path: next }]) {
    if (succeeds || path === next) await ifPresent("remove", path, fs.unlink(path));
  }
  return succeeds;
}

/** The owner that is named, and those that were about to follow it. The last one counts. */
async function successionOf(fs: DiskFs, place: LockPlace): Promise<OwnerRecord[]> {
  const succession: OwnerRecord[] = [];
  let record = await readRecord(fs, place.lock);
  while (record) {
    succession.push(record);
    record = await readRecord(fs, place.next(record));
  }
  return succession;
}

async function readRecord(fs: DiskFs, path: string): Promise<OwnerRecord | undefined> {
  const text = await ifPresent("read", path, fs.readFile(path, "utf8"));
  return text === undefined ? undefined : recordOf(path, text);
}

function recordOf(path: string, text: string): OwnerRecord {
  // With its path, so that two records that hold nothing are not taken for one.
  return { path, id: hexOfDigest(digestOfBytes(`${path}\n${text}`)), owner: parseOwner(text, RunOwner) };
}

function parseOwner(text: string, schema: typeof RunOwner): RunOwner | undefined {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function journalOwner({ pid, host, since }: RunOwner): JournalOwner {
  return { pid, host, since };
}
