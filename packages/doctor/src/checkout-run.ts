import { type CheckoutReport, errorEnvelope, RelativePath, type RunId } from "@dad/protocol";
import { documentText, manifestOf, MANIFEST } from "@dad/run-context";
import { allOf } from "./all-of.ts";
import type { AbortOptions, MaintainedStore, RunFace } from "./maintained-store.ts";
import { type ReusedContents, reusedContents } from "./reused-contents.ts";
import { compareFile, compareManifest, isForeign, shownReferences } from "./shown-files.ts";
import { type ArtifactReference, readStanding, type RunReading } from "./store-truth.ts";

/**
 * Makes the readable files of a run again from its journal and the contents, also of what it reuses: those that are missing or
 * different, and `run.json`. What the journal says nothing of is left alone and named. While it does so nobody else can work on the run.
 *
 * Errors: `RUN_UNKNOWN`, `RUN_LOCKED` when somebody works on it, `JOURNAL_DAMAGED`. A file that cannot be made is told in the
 * report, and stops no other.
 */
export async function checkoutRun(store: MaintainedStore, runId: RunId, options: AbortOptions = {}): Promise<CheckoutReport> {
  await using _lease = await store.journals.open(runId, options);
  return await writeFace(store, runId, options);
}

/** The same for whoever has the run open. */
export async function writeFace(store: MaintainedStore, runId: RunId, options: AbortOptions): Promise<CheckoutReport> {
  const reading = await readStanding(store.journals, runId, options);
  if (reading.failure) throw reading.failure.cause;
  const report = { format: "dad.checkout/1" as const, runId, written: [], unchanged: [], foreign: [], failed: [] };
  const face = store.face?.(runId);
  return face === undefined ? report : await writeFiles({ ...face, reused: reusedContents(store, runId, options.signal) }, reading, options);
}

interface WritableFace extends RunFace {
  readonly reused: ReusedContents;
}

async function writeFiles(face: WritableFace, reading: RunReading, options: AbortOptions): Promise<CheckoutReport> {
  const { view, files } = face;
  const { runId, details } = reading.standing;
  const outcomes: { path: string; became: "written" | "unchanged" | { error: unknown } }[] = [];
  const shown = shownReferences(reading);
  const make = async (path: string, work: () => Promise<"written" | "unchanged">) =>
    outcomes.push({ path, became: await work().catch((error: unknown) => afterAbort(error, options)) });

  for (const [path, reference] of shown) await make(path, () => writeFile(face, reference, options));
  if (details !== undefined)
    await make(MANIFEST, async () => {
      if ((await compareManifest(files, { ...reading.standing, state: "ended" }, options)) === "same") return "unchanged";
      await view.write(MANIFEST, documentText(manifestOf(details)), options);
      return "written";
    });
  const pathsOf = (became: "written" | "unchanged") => outcomes.filter((outcome) => outcome.became === became).map(({ path }) => path);
  return {
    format: "dad.checkout/1",
    runId,
    written: pathsOf("written"),
    unchanged: pathsOf("unchanged"),
    foreign: (await allOf(files.list(options))).filter((path) => isForeign(path, shown)).sort(),
    failed: outcomes.flatMap(({ path, became }) => (typeof became === "object" ? [{ path, error: errorEnvelope(became.error) }] : [])),
  };
}

type Written = "written" | "unchanged";

async function writeFile({ view, files, reused }: WritableFace, reference: ArtifactReference, options: AbortOptions): Promise<Written> {
  const { path } = reference.entry;
  if ((await compareFile(files, reference.entry, { depth: "full", ...options })) === "same") return "unchanged";
  await view.place(RelativePath.parse(path), await reused.entryOf(reference), options);
  return "written";
}

function afterAbort(error: unknown, { signal }: AbortOptions): { error: unknown } {
  signal?.throwIfAborted();
  return { error };
}
