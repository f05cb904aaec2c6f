import { open, readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { diskArtifactStore, diskArtifactView, diskViewFiles, storedBlobs } from "@dad/artifacts/disk";
import { kernelLocks, nodeDisk } from "@dad/disk";
import { digestsInText, type MaintainedStore, type Pins, type SweptStore } from "@dad/doctor";
import { diskJournalStore, retainedLines, setAsideOf } from "@dad/journal/disk";
import type { GitOutcomes } from "@dad/outcome-git";
import { secretsIn } from "@dad/secrets";
import { type Digest, Pin, ProjectName, type RelativePath, type RunId, type StoreRepair } from "@dad/protocol";
import { NO_RECORD } from "../disk-workspaces.ts";
import { artifactInspector } from "./artifact-inspector.ts";
import { diskTrash } from "./disk-trash.ts";
import { garbageInspector } from "./garbage-inspector.ts";
import { indexInspector } from "./index-inspector.ts";
import { journalInspector } from "./journal-inspector.ts";
import { localSweepers } from "./local-sweepers.ts";
import { ifPresent, makeDirectory, onDisk, sync } from "./maintenance-disk.ts";
import { outcomeInspector } from "./outcome-inspector.ts";
import { pathIn } from "./path-in.ts";
import { remoteDiskInspector } from "./remote-disk.ts";

export interface LocalMaintenanceOptions {
  readonly runRoot: string;
  /** The environment of the host: git is searched in its `PATH`. Default: git is searched in the usual directories. */
  readonly hostEnv?: Readonly<Record<string, string | undefined>>;
  /** Names of variables of it whose values never become part of an outcome, also not when what a run left is kept. Default: those that are called like secrets. */
  readonly secrets?: readonly string[];
}

/** A run root of this machine, for `checkStore`, `repairStore`, `checkoutRun`, `collectGarbage` and their kin of `@dad/doctor`. */
export type LocalMaintenance = MaintainedStore & SweptStore & AsyncDisposable;

/** Touches no disk until something is looked at. */
export function localMaintenance({ runRoot: given, hostEnv = {}, secrets }: LocalMaintenanceOptions): LocalMaintenance {
  const runRoot = resolve(given);
  const blobs = join(runRoot, ".dad", "blobs");
  const journals = diskJournalStore({ root: runRoot });
  const artifacts = diskArtifactStore({ root: blobs });
  const trash = diskTrash({ runRoot });
  const outcomes = async () => ({ ...(await outcomesIn(runRoot, hostEnv["PATH"])), secrets: () => secretsIn(hostEnv, secrets) });
  const face = (runId: RunId) => {
    const root = join(runRoot, runId);
    return { view: diskArtifactView({ root, store: artifacts }), files: diskViewFiles({ root, except: NO_RECORD }) };
  };
  const sweepers = localSweepers({ runRoot, blobs, outcomes, face });
  return {
    journals,
    artifacts,
    face,
    trash,
    sweepers,
    inspectors: [
      journalInspector(runRoot, { journals, trash }),
      artifactInspector(runRoot, blobs),
      outcomeInspector(runRoot, outcomes),
      indexInspector(runRoot, journals),
      remoteDiskInspector(runRoot),
      garbageInspector(sweepers),
    ],
    async *blobs(options) {
      for await (const { digest, path, bytes, ino, mtimeMs } of storedBlobs({ root: blobs }, options))
        yield { digest, from: pathIn(runRoot, path) as RelativePath, bytes, judged: { ino, mtimeMs } };
    },
    pins: () => readPins(join(runRoot, ".dad", "pins")),
    setAside: (runId) => digestsSetAside(runRoot, runId),
    async *retained(runId) {
      for await (const line of retainedLines({ root: runRoot }, runId)) yield* digestsInText(line);
    },
    exclusively: () => gcLock(runRoot),
    recordRepair: (repair) => appendRepair(runRoot, repair),
    [Symbol.asyncDispose]: () => artifacts[Symbol.asyncDispose](),
  };
}

/** A run root may hold the outcomes of several projects. What has the name of one and is a link may lead anywhere. */
async function outcomesIn(runRoot: string, path: string | undefined): Promise<GitOutcomes> {
  const directory = join(runRoot, "outcome");
  const entries = (await ifPresent("list", directory, readdir(directory, { withFileTypes: true }))) ?? [];
  const projects = entries.filter((entry) => entry.isDirectory() && ProjectName.safeParse(entry.name).success);
  return { repositories: projects.map(({ name }) => join(directory, name)).sort(), workDirectory: join(runRoot, ".dad", "work"), git: { path } };
}

async function readPins(directory: string): Promise<Pins> {
  const digests = new Map<Digest, string>();
  const unreadable: string[] = [];
  const entries = (await ifPresent("list", directory, readdir(directory, { withFileTypes: true }))) ?? [];
  for (const { name } of entries.filter((entry) => entry.name.endsWith(".json"))) {
    const pin = parsePin(await onDisk("read", name, readFile(join(directory, name), "utf8")));
    if (pin === undefined) unreadable.push(name);
    for (const digest of pin?.digests ?? []) digests.set(digest, `the pin ${name} keeps it: ${pin?.reason}`);
  }
  return { digests, unreadable };
}

function parsePin(text: string): Pin | undefined {
  try {
    return Pin.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function digestsSetAside(runRoot: string, runId: RunId): Promise<Iterable<Digest>> {
  const digests: Digest[] = [];
  for await (const text of setAsideOf({ root: runRoot }, runId)) digests.push(...digestsInText(text));
  return digests;
}

/** Not among the locks of runs, one of which may be called so. */
async function gcLock(runRoot: string): Promise<AsyncDisposable | undefined> {
  const path = join(runRoot, ".dad", "gc.lock");
  await makeDirectory(nodeDisk, join(runRoot, ".dad"), { durable: false });
  const lock = await onDisk("lock", path, kernelLocks().acquire(path));
  return lock && { [Symbol.asyncDispose]: () => lock.release() };
}

async function appendRepair(runRoot: string, repair: StoreRepair): Promise<void> {
  const path = join(runRoot, ".dad", "repairs.jsonl");
  await makeDirectory(nodeDisk, join(runRoot, ".dad"), { durable: false });
  const file = await onDisk("open", path, open(path, "a"));
  try {
    await onDisk("write", path, file.write(`${JSON.stringify(repair)}\n`));
    await sync(file, path);
  } finally {
    await file.close();
  }
}
