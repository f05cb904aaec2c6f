import { RunUnknownError } from "@dad/journal";
import { DadError, type LineageRun, type RunId } from "@dad/protocol";
import { foldRun, type JournalSource, type RunRecord } from "./run-record.ts";

/** The run that was asked about, and all that it was made from, each read once. */
export interface RunRecords {
  readonly asked: RunRecord;
  /** Through what the run that was asked about retains. `undefined` for one of which nothing can be read. */
  of(runId: RunId): Promise<RunRecord | undefined>;
  /** The run that was asked about and those that it was made from, as far back as the furthest of these. */
  chain(runIds: ReadonlySet<RunId>): Promise<LineageRun[]>;
}

export interface AbortOptions {
  readonly signal?: AbortSignal;
}

type Found = { readonly record: RunRecord } | { readonly missing: "gone" | "damaged" };

/** @throws `RUN_UNKNOWN`, `JOURNAL_DAMAGED` of the run that is asked about. What is wrong with another is what is told of it. */
export async function openRunRecords(journals: JournalSource, runId: RunId, abort: AbortOptions): Promise<RunRecords> {
  const asked = await readRecord(journals, runId, abort);
  const known = new Map<RunId, Promise<Found>>([[runId, Promise.resolve({ record: asked })]]);

  function find(other: RunId): Promise<Found> {
    const found = known.get(other) ?? readOther(journals, other, { ...abort, through: runId });
    known.set(other, found);
    return found;
  }

  return {
    asked,
    async of(other) {
      const found = await find(other);
      return "record" in found ? found.record : undefined;
    },
    async chain(runIds) {
      const all = [runId, ...(asked.started.rerun?.lineage ?? [asked.started.rerun?.of ?? []].flat())];
      const furthest = all.findLastIndex((one) => runIds.has(one));
      return await Promise.all(all.slice(0, furthest + 1).map(async (one) => toldRun(one, await find(one))));
    },
  };
}

function toldRun(runId: RunId, found: Found): LineageRun {
  if ("missing" in found) return { runId, record: found.missing };
  const { time, rerun } = found.record.started;
  return { runId, record: "there", startedAt: time, ...(rerun ? { rerun } : {}) };
}

async function readOther(journals: JournalSource, runId: RunId, options: AbortOptions & { readonly through: RunId }): Promise<Found> {
  try {
    return { record: await readRecord(journals, runId, options) };
  } catch (error) {
    if (DadError.is(error, "RUN_UNKNOWN")) return { missing: "gone" };
    if (DadError.is(error, "JOURNAL_DAMAGED")) return { missing: "damaged" };
    throw error;
  }
}

async function readRecord(journals: JournalSource, runId: RunId, options: AbortOptions & { readonly through?: RunId }): Promise<RunRecord> {
  // Asked before reading: a run that ends in between has its end in what is read.
  const live = (await journals.owner(runId, options.signal ? { signal: options.signal } : {})) !== undefined;
  const { started, ...run } = await foldRun(journals.read(runId, options));
  if (started === undefined) throw new RunUnknownError(runId);
  return { ...run, runId, started, live };
}
