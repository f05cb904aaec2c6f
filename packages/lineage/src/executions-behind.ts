import type { ArtifactEntry, LineageRef, NodePath, RunId } from "@dad/protocol";
import { type Execution, executionOf } from "./execution.ts";
import { inputsOf } from "./inputs-of.ts";
import { artifactsOf, type JournalSource } from "./run-record.ts";
import { type AbortOptions, openRunRecords } from "./run-records.ts";

/** An attempt of a node in a run. */
export interface AttemptPlace {
  readonly runId: RunId;
  readonly path: NodePath;
  readonly attempt: number;
}

/** One execution of a node, with what it kept. */
export interface MadeBy {
  /** Where it was executed: of what was reused, in another run. */
  readonly made: LineageRef;
  /** As the run that executed it has it on record. */
  readonly artifacts: readonly ArtifactEntry[];
}

/**
 * An attempt of a node, what it was made of, what that was made of, and so on: what is near comes first, and each execution once. Of an
 * attempt that is not on record there is nothing.
 *
 * @throws `RUN_UNKNOWN`, `JOURNAL_DAMAGED`.
 */
export async function* executionsBehind(
  { journals }: { readonly journals: JournalSource },
  { runId, path, attempt, ...abort }: AttemptPlace & AbortOptions,
): AsyncGenerator<MadeBy> {
  const records = await openRunRecords(journals, runId, abort);
  const record = records.asked.attempts.get(path)?.find((candidate) => candidate.attempt === attempt);
  const known = new Set<string>();
  const next: Execution[] = record ? [await executionOf(records, records.asked, record)] : [];
  for (let execution = next.shift(); execution; execution = next.shift()) {
    const { ref, run, attempt: made } = execution;
    const key = `${ref.runId} ${ref.seq}`;
    if (known.has(key)) continue;
    known.add(key);
    yield { made: ref, artifacts: artifactsOf(made) };
    for (const { attempts } of inputsOf(run, made) ?? []) for (const input of attempts) next.push(await executionOf(records, run, input));
  }
}
