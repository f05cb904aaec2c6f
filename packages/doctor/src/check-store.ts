import { RunUnknownError } from "@dad/journal";
import { DadError, type Finding, type FsckReport, messageOf, type RunId } from "@dad/protocol";
import { allOf } from "./all-of.ts";
import { checkRun } from "./check-run.ts";
import { type Contents, contentsOf } from "./contents.ts";
import type { Inspection, Inspector, MaintainedStore } from "./maintained-store.ts";
import type { RunCheck } from "./run-check.ts";
import { readStanding, type RunReading, type RunStanding } from "./store-truth.ts";
import { trashedContents } from "./trashed-contents.ts";

export interface CheckStoreOptions {
  /** Checks one run and what belongs to it. Default: all of the store. */
  readonly runId?: RunId;
  /** `quick` looks at what is there, and how large it is, without reading content. Default `full`. */
  readonly depth?: FsckReport["depth"];
  readonly signal?: AbortSignal;
}

/**
 * Compares a store with its journals. Of a run that somebody works on only what is recorded counts. Changes nothing, but that
 * content which a journal names comes back from the trash. What cannot be checked is a finding (`CHECK_FAILED`), and
 * stops nothing else.
 *
 * Errors: `RUN_UNKNOWN` when the run that is asked for is not there.
 */
export async function checkStore(store: MaintainedStore, options: CheckStoreOptions = {}): Promise<FsckReport> {
  const { runId, depth = "full", signal } = options;
  const trashed = trashedContents(store.trash);
  const contents = contentsOf(store.artifacts, { depth, signal, recover: (digest) => trashed.restore(digest) });
  const check: RunCheck = { store, contents, depth, signal };
  const runs = new Map<RunId, RunStanding>();
  const findings: Finding[] = [];
  for (const id of runId === undefined ? await runIdsOf(store, signal) : [runId]) {
    const reading = await readRunAskedFor(store, id, options);
    if (reading === undefined) continue;
    runs.set(id, reading.standing);
    findings.push(...(await orFailure({ where: id, runId: id, subject: `run ${id}`, signal }, checkRun(check, reading))));
  }
  findings.push(...(await orFailure({ where: "blobs", subject: "the contents", signal }, checkContents(store, contents, options))));
  for (const digest of trashed.restored) findings.push({ code: "CONTENT_RESTORED", severity: "info", what: RESTORED, where: digest });
  const inspection: Inspection = { truth: { runs }, runId, depth, ...(signal ? { signal } : {}) };
  for (const inspector of store.inspectors ?? []) findings.push(...(await inspect(inspector, inspection)));
  return {
    format: "dad.fsck/1",
    ...(runId === undefined ? {} : { runId }),
    depth,
    runs: runs.size,
    contents: contents.count(),
    findings: findings.map((finding) => asRepairable(finding, store)),
    repairs: [],
  };
}

const RESTORED = "content that a journal names was in the trash, and is back in its place";

async function runIdsOf({ journals }: MaintainedStore, signal: AbortSignal | undefined): Promise<RunId[]> {
  return (await allOf(journals.list(signal ? { signal } : {}))).map(({ runId }) => runId).sort();
}

/** `undefined` for a run that went away since it was listed. */
async function readRunAskedFor({ journals }: MaintainedStore, id: RunId, { runId, signal }: CheckStoreOptions): Promise<RunReading | undefined> {
  const reading = await readStanding(journals, id, { signal });
  if (!DadError.is(reading.failure?.cause, "RUN_UNKNOWN")) return reading;
  if (runId !== undefined) throw new RunUnknownError(runId);
  return undefined;
}

/** What is damaged, whoever names it, and, where all of the store is checked, also what nobody names. */
async function* checkContents({ artifacts }: MaintainedStore, contents: Contents, { runId, depth, signal }: CheckStoreOptions) {
  const named = new Set(contents.damaged().keys());
  if (runId === undefined && depth !== "quick") for await (const digest of artifacts.list(signal ? { signal } : {})) await contents.stored(digest);
  for (const [digest, reason] of contents.damaged()) yield damagedBlob(digest, reason, named.has(digest));
}

function damagedBlob(digest: string, reason: string, named: boolean): Finding {
  return {
    code: "BLOB_DAMAGED",
    severity: named ? "error" : "warning",
    what: `${reason}${named ? "" : "; no journal names it"}`,
    where: digest,
    repair: { action: "quarantine", description: "move it out of the way, so that it can be stored again", automatic: true },
  };
}

function inspect(inspector: Inspector, inspection: Inspection): Promise<Finding[]> {
  const { subject } = inspector;
  return orFailure({ where: subject, subject, signal: inspection.signal }, inspector.inspect(inspection));
}

interface Part {
  readonly subject: string;
  readonly where: string;
  readonly runId?: RunId;
  readonly signal: AbortSignal | undefined;
}

async function orFailure({ subject, where, runId, signal }: Part, found: AsyncIterable<Finding>): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    for await (const finding of found) findings.push(finding);
  } catch (error) {
    signal?.throwIfAborted();
    const what = `${subject} could not be checked: ${messageOf(error)}`;
    findings.push({ code: "CHECK_FAILED", severity: "error", what, where, ...(runId === undefined ? {} : { runId }) });
  }
  return findings;
}

/** Actions that the doctor does by itself. All others are those of inspectors. */
export const OWN_ACTIONS = { reopen: "reopen", checkout: "checkout", restoreContent: "restore-content" } as const;
const OWN: ReadonlySet<string> = new Set(Object.values(OWN_ACTIONS));

/** What nobody here can do is left to people. */
function asRepairable(finding: Finding, { inspectors = [] }: MaintainedStore): Finding {
  const { repair } = finding;
  if (!repair?.automatic || OWN.has(repair.action) || inspectors.some(({ repairs }) => Object.hasOwn(repairs, repair.action))) return finding;
  return { ...finding, repair: { ...repair, automatic: false } };
}

/** Whether anything has to be done: what is only told does not count. */
export function isClean({ findings }: Pick<FsckReport, "findings">): boolean {
  return findings.every(({ severity }) => severity === "info");
}
