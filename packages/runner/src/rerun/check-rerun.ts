import { type ComponentDefinition, definitionAt } from "@dad/agent";
import { readJson } from "@dad/artifacts";
import { isJsonObject, type Json, StaticInputs } from "@dad/protocol";
import type { RunHistory, RunPorts } from "@dad/run-context";
import { ownerOf, requestNameOf } from "../static-input-name.ts";
import { resolveStaticInputs, withFullPaths } from "../resolve-static-inputs.ts";
import { RerunBaseError, RerunPathError } from "./errors.ts";
import { assertPath, isMeantBy, startPath } from "./paths.ts";
import type { BaseRun, CheckedRerun, RerunOptions } from "./rerun-options.ts";
import { checkedSet, mergedSet } from "./set-settings.ts";

/** @throws RerunBaseError (`RERUN_BASE_INVALID`) for a run of something else, and one that has not come to its end. */
export function assertBase(
  root: ComponentDefinition,
  { runId, status, rootComponentId }: BaseRun,
  { unfinished = false }: NonNullable<RerunOptions["allow"]>,
): void {
  if (rootComponentId !== root.id)
    throw new RerunBaseError(runId, `it is a run of ${rootComponentId}, and this is ${root.id}`, { rootComponentId, found: root.id });
  if (unfinished || status === "completed" || status === "failed" || status === "cancelled") return;
  const what = UNENDED[status] ?? "it has not come to its end: wait for it, or cancel it";
  throw new RerunBaseError(runId, `${what}, or reuse what it has completed (--allow-unfinished)`, { status });
}

/** What to do about it, by how it stands. */
const UNENDED: { readonly [Status in BaseRun["status"]]?: string } = {
  interrupted: "it was interrupted: go on with it (dad resume)",
  waiting: "it waits for an answer: see what it asks (dad inputs), answer it, and go on with it (dad resume)",
};

/** What is asked of a re-run, once its paths mean something. */
export interface CheckedOptions {
  readonly options: CheckedRerun;
  /** Those of the earlier run, and over them what is given now. */
  readonly inputs: StaticInputs;
}

export interface RerunToCheck extends Pick<RunPorts, "artifacts"> {
  readonly rerun: RerunOptions;
  readonly inputs?: StaticInputs | undefined;
  /** Of a re-run that was begun already: it has all of its inputs, also those that the earlier run had not. */
  readonly begun?: Pick<RunHistory, "inputs"> | undefined;
}

/** @throws RerunPathError (`RERUN_PATH_INVALID`), RerunSetError (`RERUN_SET_INVALID`), StaticInputError (`STATIC_INPUT_INVALID`). */
export async function checkedRerun(
  root: ComponentDefinition,
  base: BaseRun,
  { rerun, inputs = {}, begun, artifacts }: RerunToCheck,
): Promise<CheckedOptions> {
  const { of: _of, from, set = {}, ...rest } = rerun;
  for (const option of ["reask", "pin"] as const) for (const path of rest[option] ?? []) assertPath(root, { option, path });
  const both = rest.pin?.find((path) => rest.reask?.includes(path) || path === from);
  if (both !== undefined) throw new RerunPathError("pin", both, "it is to be executed, too: choose one");
  if (typeof rest.allow?.effects === "object") for (const path of rest.allow.effects) assertPath(root, { option: "allow effects", path });
  const now = checkedSet(root, set, base.history.rerun?.set);
  const before = await inputsOf(begun ?? base.history, artifacts);
  const there = Object.entries(before).filter(([path]) => !rest.allow?.removed || definitionAt(root, ownerOf(path)) !== undefined);
  const given = withFullPaths(root, inputs);
  const merged = [given, now.inputs].reduce((all, more) => mergedInputs(root, all, more), Object.fromEntries(there) as StaticInputs);
  const options = {
    ...rest,
    from: from === undefined ? undefined : startPath(root, from),
    set: mergedSet(base.history.rerun?.set ?? {}, now.settings),
    setNow: Object.keys(now.settings),
  };
  return { options, inputs: resolveStaticInputs(root, merged) };
}

async function inputsOf({ inputs }: Pick<RunHistory, "inputs">, artifacts: RunPorts["artifacts"]): Promise<StaticInputs> {
  return inputs ? await readJson(artifacts, inputs, StaticInputs) : {};
}

/**
 * The variables of a component are given one by one, and the input of a node as a whole. What is given now for every iteration comes
 * over what was given for one of them.
 */
function mergedInputs(root: ComponentDefinition, before: StaticInputs, now: StaticInputs): StaticInputs {
  const merged: Record<string, Json> = { ...before };
  const nowOf = (path: string) => Object.entries(now).filter(([pattern]) => pattern !== path && isMeantBy(pattern, path));
  for (const [path, was] of Object.entries(before)) {
    const over = nowOf(path).map(([, value]) => value);
    if (over.length === 0) continue;
    const left = isJsonObject(was)
      ? Object.entries(was).filter(([name]) => !over.some((value) => isJsonObject(value) && Object.hasOwn(value, name)))
      : [];
    if (isWhole(root, path) || left.length === 0) delete merged[path];
    else merged[path] = Object.fromEntries(left);
  }
  for (const [path, value] of Object.entries(now)) {
    const was = merged[path];
    merged[path] = !isWhole(root, path) && isJsonObject(was) && isJsonObject(value) ? { ...was, ...value } : value;
  }
  return merged;
}

/** The input of a node, and an answer, is given as a whole. */
function isWhole(root: ComponentDefinition, name: string): boolean {
  return requestNameOf(name) !== undefined || definitionAt(root, name)?.kind === "node";
}
