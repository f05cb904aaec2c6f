import type { Journal } from "@dad/journal";
import { type ArtifactEntry, DadError, errorEnvelope, type Finding, type FsckReport, type RepairOutcome, type RunId } from "@dad/protocol";
import { checkStore, type CheckStoreOptions, OWN_ACTIONS } from "./check-store.ts";
import { writeFace } from "./checkout-run.ts";
import { RepairError } from "./errors.ts";
import type { AbortOptions, MaintainedStore } from "./maintained-store.ts";
import { restoreContent } from "./restore-content.ts";

/** One repair may bring another finding to light: a journal that can be read again names what is missing. */
const ROUNDS = 3;

/**
 * Checks a store, mends what can be mended, and checks again: the report tells what was done and what is left. Each repair is
 * on record, in the journal of its run (`run.repaired`, written as the only one who works on the run) or through
 * `recordRepair`. A run that somebody works on is left alone.
 *
 * Errors: as {@link checkStore}.
 */
export async function repairStore(store: MaintainedStore, options: CheckStoreOptions = {}): Promise<FsckReport> {
  const repairs: RepairOutcome[] = [];
  let report = await checkStore(store, options);
  for (let round = 0; round < ROUNDS; round++) {
    const tried = await repairAll(store, report.findings.filter(isAutomatic), options);
    if (tried.length === 0) break;
    repairs.push(...tried);
    report = await checkWhatIsLeft(store, report, options);
    if (!tried.some(({ done }) => done)) break;
  }
  return { ...report, repairs };
}

function isAutomatic({ repair }: Finding): boolean {
  return repair?.automatic === true;
}

async function checkWhatIsLeft(store: MaintainedStore, before: FsckReport, options: CheckStoreOptions): Promise<FsckReport> {
  try {
    return await checkStore(store, options);
  } catch (error) {
    // The repair was to move the run away.
    if (!DadError.is(error, "RUN_UNKNOWN")) throw error;
    return { ...before, runs: 0, findings: [] };
  }
}

async function repairAll(store: MaintainedStore, findings: readonly Finding[], abort: AbortOptions): Promise<RepairOutcome[]> {
  const outcomes: RepairOutcome[] = [];
  for (const finding of findings.filter((each) => !isOwn(each))) outcomes.push(await outcomeOf(finding, () => repairByInspector(store, finding)));
  const done = outcomes.filter((outcome) => outcome.done).map(({ finding }) => finding);
  const ofRuns = groupByRun([...done, ...findings.filter(isOwn)]);
  for (const [runId, group] of ofRuns) outcomes.push(...(await repairRun(store, { runId, group, abort })));
  for (const finding of done) if (finding.runId === undefined) await recordInStore(store, finding);
  return outcomes;
}

const OWN: ReadonlySet<string> = new Set(Object.values(OWN_ACTIONS));

function isOwn({ repair }: Finding): boolean {
  return repair !== undefined && OWN.has(repair.action);
}

function groupByRun(findings: readonly Finding[]): ReadonlyMap<RunId, readonly Finding[]> {
  const groups = new Map<RunId, Finding[]>();
  for (const finding of findings) if (finding.runId !== undefined) groups.set(finding.runId, [...(groups.get(finding.runId) ?? []), finding]);
  return groups;
}

async function outcomeOf(finding: Finding, work: () => Promise<void>): Promise<RepairOutcome> {
  try {
    await work();
    return { finding, done: true };
  } catch (error) {
    return { finding, done: false, error: errorEnvelope(error) };
  }
}

async function repairByInspector({ inspectors = [] }: MaintainedStore, finding: Finding): Promise<void> {
  const action = finding.repair?.action ?? "";
  const inspector = inspectors.find(({ repairs }) => Object.hasOwn(repairs, action));
  await inspector?.repairs[action]?.(finding);
}

interface RunRepair {
  readonly runId: RunId;
  /** Those that inspectors have mended already, and those that are to be mended here. */
  readonly group: readonly Finding[];
  readonly abort: AbortOptions;
}

/** Mends what is the doctor's own, as the only one who works on the run, and records all that was mended. */
async function repairRun(store: MaintainedStore, repair: RunRepair): Promise<RepairOutcome[]> {
  const [own, mended] = [repair.group.filter(isOwn), repair.group.filter((finding) => !isOwn(finding))];
  let journal: Journal;
  try {
    journal = await store.journals.open(repair.runId, repair.abort);
  } catch (error) {
    repair.abort.signal?.throwIfAborted();
    for (const finding of mended) await recordInStore(store, finding);
    // It was moved away.
    if (DadError.is(error, "RUN_UNKNOWN") && mended.length > 0) return [];
    return own.map((finding) => ({ finding, done: false, error: errorEnvelope(error) }));
  }
  await using opened = journal;
  const outcomes = await mendOwn(store, { ...repair, group: own });
  await record(opened, [...mended, ...outcomes.filter(({ done }) => done).map(({ finding }) => finding)]);
  return outcomes;
}

async function mendOwn(store: MaintainedStore, { runId, group, abort }: RunRepair): Promise<RepairOutcome[]> {
  const { checkout, restoreContent: restore } = OWN_ACTIONS;
  const outcomes: RepairOutcome[] = [];
  for (const finding of actionIs(group, restore)) outcomes.push(await outcomeOf(finding, () => restoreNamed(store, { runId, finding, abort })));
  const files = actionIs(group, checkout);
  const written = files.length === 0 ? undefined : await writeFace(store, runId, abort);
  for (const finding of files) {
    const failed = written?.failed.find(({ path }) => path === finding.details?.["path"]);
    outcomes.push({ finding, done: failed === undefined, ...(failed ? { error: failed.error } : {}) });
  }
  // Opening the run was all that they needed.
  for (const finding of actionIs(group, OWN_ACTIONS.reopen)) outcomes.push({ finding, done: true });
  return outcomes;
}

function actionIs(findings: readonly Finding[], action: string): Finding[] {
  return findings.filter(({ repair }) => repair?.action === action);
}

interface ContentRepair {
  readonly runId: RunId;
  readonly finding: Finding;
  readonly abort: AbortOptions;
}

async function restoreNamed(store: MaintainedStore, { runId, finding, abort }: ContentRepair): Promise<void> {
  const { path, digest, size } = (finding.details ?? {}) as unknown as Pick<ArtifactEntry, "path" | "digest" | "size">;
  if (await restoreContent(store, { runId, entry: { path, digest, size }, ...abort })) return;
  throw new RepairError(OWN_ACTIONS.restoreContent, finding.where, `${runId}/${path} is not what it was any more`);
}

/** One entry for all findings of a kind. */
async function record(journal: Journal, findings: readonly Finding[]): Promise<void> {
  const kinds = Map.groupBy(findings, ({ code, repair }) => `${code} ${repair?.action}`);
  for (const group of kinds.values()) {
    const [{ code, where, repair } = group[0]!] = group;
    await journal.append({ type: "run.repaired", finding: code, where: group.length === 1 ? where : journal.runId, action: repair?.action ?? "" });
  }
}

async function recordInStore({ recordRepair }: MaintainedStore, finding: Finding): Promise<void> {
  await recordRepair({ format: "dad.repair/1", time: new Date().toISOString(), finding, action: finding.repair?.action ?? "" });
}
