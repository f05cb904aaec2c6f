import { type ArtifactEntry, canonicalJson, RunId, RunManifest } from "@dad/protocol";
import { manifestOf } from "@dad/run-context";
import { allOf } from "./all-of.ts";
import { digestOf } from "./content-digest.ts";
import type { AbortOptions, RunFiles } from "./maintained-store.ts";
import type { ArtifactReference, RunReading, RunStanding } from "./store-truth.ts";

/** The files that the journal of a run implies, by their paths: the last entry for a path is the one that is shown. */
export function shownReferences({ references }: Pick<RunReading, "references">): ReadonlyMap<string, ArtifactReference> {
  return new Map(references.flatMap((reference) => (reference.entry.shown === false ? [] : [[reference.entry.path, reference]])));
}

/** What is a run's own, and no artifact. */
const OWN = /^(journal\.jsonl|journal\.(torn|damaged)-\d+|run\.json|\.trace\/.*|\.inbox\/.*)$/;

/** The journals of other runs that it retains are called like them. */
const RETAINED = /^\.origins\/(.+)\.jsonl$/;

/** Whether the journal says nothing of a file in the directory of a run. */
export function isForeign(path: string, shown: ReadonlyMap<string, unknown>): boolean {
  return !shown.has(path) && !OWN.test(path) && !RunId.safeParse(RETAINED.exec(path)?.[1]).success;
}

export type FileState = "same" | "missing" | "different";

export interface Comparison extends AbortOptions {
  readonly depth: "full" | "quick";
}

export async function compareFile(files: RunFiles, entry: ArtifactEntry, { depth, ...abort }: Comparison): Promise<FileState> {
  const file = await files.read(entry.path, abort);
  if (file === undefined) return "missing";
  if (file.size !== entry.size) return "different";
  return depth === "quick" || (await digestOf(file.body)) === entry.digest ? "same" : "different";
}

/** A larger one was not written by a run. */
const LARGEST_MANIFEST_BYTES = 256 * 1024 * 1024;

/**
 * Whether `run.json` says what the journal does. That of a run that has not ended was true at some moment: its owner brings
 * it up to date at the end.
 */
export async function compareManifest(files: RunFiles, { details, state }: RunStanding, abort: AbortOptions): Promise<FileState> {
  const file = await files.read("run.json", abort);
  if (file === undefined) return "missing";
  if (details === undefined || file.size > LARGEST_MANIFEST_BYTES) return "different";
  const expected = manifestOf(details);
  const found = parseManifest(Buffer.concat(await allOf(file.body)).toString());
  if (state === "ended") return found && canonicalJson(found) === canonicalJson(expected) ? "same" : "different";
  return found?.executionId === expected.executionId && found.startedAt === expected.startedAt ? "same" : "different";
}

function parseManifest(text: string): RunManifest | undefined {
  try {
    return RunManifest.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
