import { EVERY_ITERATION, iterationOf } from "@dad/agent";
import { canonicalJson, isJsonObject, type Json, type LineageGiven, type NodePath } from "@dad/protocol";
import { type AttemptRecord, beginOf, type GivenInputs, type RunRecord } from "./run-record.ts";
import type { RunRecords } from "./run-records.ts";

/** What somebody gave for the node of an attempt, or for a component around it. `null`: it is not in the journal. */
export async function givenFor(records: RunRecords, run: RunRecord, attempt: AttemptRecord): Promise<LineageGiven[] | null> {
  const found = lastGiven(run, beginOf(attempt));
  if (found === undefined) return [];
  const values = valuesOf(found);
  if (values === undefined) return null;
  const meant = Object.entries(values).filter(([path]) => isAround(path, attempt.path));
  return await Promise.all(meant.map(([path, value]) => giverOf(records, { run, path, value, at: found.time })));
}

interface Value {
  readonly run: RunRecord;
  readonly path: string;
  readonly value: Json;
  readonly at: string;
}

/** A re-run takes over what the run before it was given. */
async function giverOf(records: RunRecords, { run, path, value, at }: Value): Promise<LineageGiven> {
  const before = run.started.rerun && (await records.of(run.started.rerun.of));
  const found = before && lastGiven(before, Number.POSITIVE_INFINITY);
  const was = found && valuesOf(found)?.[path];
  if (!before || !found || was === undefined || canonicalJson(was) !== canonicalJson(value)) return { path, runId: run.runId, at };
  return await giverOf(records, { run: before, path, value, at: found.time });
}

function lastGiven({ given }: RunRecord, before: number): GivenInputs | undefined {
  return given.findLast(({ seq }) => seq < before);
}

/** `undefined` for what is too large to be in the journal. */
function valuesOf({ artifact: { data } }: GivenInputs): Readonly<Record<string, Json>> | undefined {
  if (data === undefined) return undefined;
  const values = JSON.parse(Buffer.from(data, "base64").toString("utf8")) as Json;
  return isJsonObject(values) ? values : undefined;
}

/** The names of what was set for a re-run of the settings of a node. */
export function setFor({ started }: RunRecord, path: NodePath): string[] {
  const set = Object.entries(started.rerun?.set ?? {}).filter(([pattern]) => pattern.split(".").length === path.split(".").length);
  return set.flatMap(([pattern, members]) => (isAround(pattern, path) ? Object.keys(members) : []));
}

/** Whether a path with `iter_*` is that of an element, or of something around it. */
function isAround(pattern: string, path: NodePath): boolean {
  const steps = path.split(".");
  return pattern.split(".").every((step, at) => {
    const own = steps[at];
    return step === own || (step === EVERY_ITERATION && own !== undefined && iterationOf(own) !== undefined);
  });
}
