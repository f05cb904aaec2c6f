import { DadError, type Finding, type Json, messageOf, type NodeOrigin, type RunId } from "@dad/protocol";
import { allOf } from "./all-of.ts";
import { checkFace } from "./check-face.ts";
import { checkLargeFiles } from "./check-large-files.ts";
import type { ContentVerdict } from "./contents.ts";
import { restorable } from "./restore-content.ts";
import { reusedContents } from "./reused-contents.ts";
import type { RunCheck } from "./run-check.ts";
import { type ArtifactReference, readStanding, type RunReading } from "./store-truth.ts";

/** Compares all that belongs to a run with its journal. What somebody works on at this moment is no finding. */
export async function* checkRun(check: RunCheck, reading: RunReading): AsyncGenerator<Finding, void> {
  const { standing } = reading;
  const { runId, state } = standing;
  if (reading.failure) yield unreadable(runId, reading.failure.cause);
  if (state === "unmade") yield reading.lastSeq === 0 ? unmade(runId) : headless(runId);
  if (state === "interrupted") yield interrupted(runId);
  yield* checkReferences(check, reading);
  yield* checkLargeFiles(check, reading);
  if (state !== "interrupted" && state !== "waiting" && state !== "ended") return;
  const shown = await allOf(checkFace(check, reading));
  // What somebody has begun to work on meanwhile is being made right now.
  if (shown.length > 0 && (await isUntouched(check, reading))) yield* shown;
}

function unreadable(runId: RunId, cause: unknown): Finding {
  const where = `${runId}/journal.jsonl`;
  if (!DadError.is(cause, "JOURNAL_DAMAGED")) {
    return { code: "RUN_UNREADABLE", severity: "error", what: `the journal of run ${runId} cannot be read: ${messageOf(cause)}`, where, runId };
  }
  const { line } = cause.details;
  const kept = Number(line) - 1;
  const description =
    kept > 0
      ? `keep the ${kept} entries before it, and the whole file beside the journal`
      : "restore the journal from a copy: no entry before it is left";
  return {
    code: "JOURNAL_DAMAGED",
    severity: "error",
    what: cause.message,
    where,
    runId,
    details: { line: Number(line), entries: kept },
    repair: { action: "keep-valid-prefix", description, automatic: kept > 0 },
  };
}

function unmade(runId: RunId): Finding {
  return {
    code: "RUN_UNMADE",
    severity: "warning",
    what: `nothing is recorded of run ${runId}: whoever made it died on the way`,
    where: runId,
    runId,
    repair: { action: "discard-run", description: "move its directory to the trash", automatic: true },
  };
}

function headless(runId: RunId): Finding {
  const what = `the journal of run ${runId} does not say how the run was begun`;
  return { code: "RUN_UNREADABLE", severity: "error", what, where: `${runId}/journal.jsonl`, runId };
}

function interrupted(runId: RunId): Finding {
  return {
    code: "RUN_INTERRUPTED",
    severity: "info",
    what: `run ${runId} has not ended, and nobody works on it`,
    where: runId,
    runId,
    repair: { action: "resume", description: `dad resume ${runId}`, automatic: false },
  };
}

async function* checkReferences(check: RunCheck, { standing: { runId }, references }: RunReading): AsyncGenerator<Finding, void> {
  const reused = reusedContents(check.store, runId, check.signal);
  for (const reference of references) {
    check.signal?.throwIfAborted();
    const entry = await reused.entryOf(reference);
    const verdict = await check.contents.of(entry);
    if (verdict.state === "whole") continue;
    const failure = verdict.state === "missing" ? await reused.failureOf(reference) : undefined;
    const lost: LostArtifact = { runId, reference: { ...reference, entry }, verdict, failure };
    yield { ...findingOf(lost), repair: await repairOf(check, lost) };
  }
}

interface LostArtifact {
  readonly runId: RunId;
  readonly reference: ArtifactReference;
  readonly verdict: Exclude<ContentVerdict, { readonly state: "whole" }>;
  /** Why the run that made it cannot be read. */
  readonly failure: DadError | undefined;
}

function findingOf({ runId, reference, verdict, failure }: LostArtifact): Finding {
  const { entry, node, seq, origin } = reference;
  const { name, path, digest, size } = entry;
  const owner = node === undefined ? `run ${runId}` : `node ${node} of run ${runId}`;
  const state = verdict.state === "missing" ? `is not there${whyGone(reference, failure)}` : `is damaged: ${verdict.reason}`;
  return {
    code: verdict.state === "missing" ? "ARTIFACT_MISSING" : "ARTIFACT_DAMAGED",
    severity: "error",
    what: `the artifact ${JSON.stringify(name)} of ${owner} ${state}`,
    where: entry.data === undefined ? digest : `${origin?.runId ?? runId}/journal.jsonl`,
    runId,
    details: { name, path, digest, size, seq, ...(node === undefined ? {} : { node }), ...(origin ? { origin: placeOf(origin) } : {}) },
  };
}

function placeOf({ runId, seq, attempt }: NodeOrigin): Json {
  return { runId, seq, attempt };
}

function whyGone({ origin }: ArtifactReference, failure: DadError | undefined): string {
  if (!origin || !failure) return "";
  const { runId } = origin;
  return failure.code === "RUN_UNKNOWN"
    ? `: run ${runId} made it, and is gone, and its journal is not retained`
    : `: run ${runId} made it, and ${failure.message}`;
}

async function repairOf({ store, signal }: RunCheck, { runId, reference, failure }: LostArtifact): Promise<NonNullable<Finding["repair"]>> {
  const { entry, origin } = reference;
  if (entry.data === undefined && (await restorable(store, { runId, entry, signal })))
    return { action: "restore-content", description: `store it again from ${runId}/${entry.path}, which is whole`, automatic: true };
  const description =
    origin && failure
      ? `bring back a whole copy of the journal of run ${origin.runId}: no other place has it`
      : "bring it back from a copy of the store: no whole file of it is left here";
  return { action: "bring-back", description, automatic: false };
}

async function isUntouched({ store: { journals }, signal }: RunCheck, { standing: { runId }, lastSeq }: RunReading): Promise<boolean> {
  const now = await readStanding(journals, runId, { signal });
  return now.standing.owner === undefined && now.lastSeq === lastSeq;
}
