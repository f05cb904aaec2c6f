import type { AgentDefinition, FlowDefinition } from "@dad/agent";
import { canonicalJson, DadError, errorEnvelope, type Json, type StaticInputs } from "@dad/protocol";
import { assertAllowed, type BaseRun, type PlannedRerun, type RerunOptions } from "@dad/runner";
import type { InputFiles } from "../input-files/find-input-files.ts";
import type { LocalPortsOptions } from "../local-ports.ts";
import type { LocalStore } from "../local-store.ts";
import { type Redactor, redactor } from "@dad/secrets";
import { redactingFor } from "../redacting.ts";
import { planOnBase, readBase } from "../plan-agent-rerun.ts";
import { ForkRefusedError, type RefusedChild } from "./errors.ts";

/** One of the runs that are made from the same run. */
export interface ForkChild {
  /** Its place among the children, from 1. */
  readonly number: number;
  /** What is set for this one, as `set` of a re-run. */
  readonly set: NonNullable<RerunOptions["set"]>;
}

export interface PlannedChild {
  readonly child: ForkChild;
  readonly ports: LocalPortsOptions;
  readonly planned: PlannedRerun;
}

export interface PlanChildrenOptions {
  readonly store: LocalStore;
  readonly ports: LocalPortsOptions | ((child: ForkChild) => LocalPortsOptions);
  readonly rerun: RerunOptions;
  readonly variants: readonly ForkChild["set"][];
  readonly inputs?: StaticInputs | undefined;
  readonly inputFiles?: InputFiles | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Plans all children of a fork on the same record of the earlier run, and executes nothing.
 *
 * @throws ForkRefusedError (`FORK_REFUSED`) when some are refused; when all are for the same reason, that: `RERUN_REFUSED`, `RERUN_SET_INVALID`, …
 */
export async function planChildren(definition: AgentDefinition | FlowDefinition, options: PlanChildrenOptions): Promise<readonly PlannedChild[]> {
  const { store, ports: given, variants, rerun, signal } = options;
  const base = await readBase(store, rerun.of, signal ? { signal } : {});
  const children = variants
    .map((set, at) => ({ number: at + 1, set }))
    .map((child) => ({ child, ports: typeof given === "function" ? given(child) : given }));
  const own = redactorOfAll(store, children);
  const planned: PlannedChild[] = [];
  const refused: RefusedChild[] = [];
  for (const { child, ports } of children) {
    try {
      planned.push(await planChild(definition, child, { ...options, base, ports, redactor: own }));
    } catch (error) {
      // Only what a child is refused for: not that somebody wants no fork any more, nor a mistake of the program.
      if (signal?.aborted || !(error instanceof DadError)) throw error;
      refused.push({ number: child.number, error });
    }
  }
  if (refused.length === 0) return planned;
  if (planned.length === 0 && new Set(refused.map(reasonOf)).size === 1) throw refused[0]?.error;
  throw new ForkRefusedError(base.runId, refused, variants.length);
}

/** The input files are the same for all children, and have none of the secrets of any. */
export function redactorOfAll(store: LocalStore, children: readonly Pick<PlannedChild, "ports">[]): Redactor {
  return redactor(children.flatMap(({ ports }) => redactingFor({ store, ports }).redactor.secrets));
}

interface ChildOptions extends Omit<PlanChildrenOptions, "ports"> {
  readonly base: BaseRun;
  readonly ports: LocalPortsOptions;
  readonly redactor: Redactor;
}

async function planChild(
  definition: AgentDefinition | FlowDefinition,
  child: ForkChild,
  { store, ports, rerun, inputs, inputFiles, signal, base, redactor }: ChildOptions,
): Promise<PlannedChild> {
  if (ports.outcome !== false) await store.assertOutcomes();
  const own = { ...rerun, set: mergedSet(rerun.set ?? {}, child.set) };
  const planned = await planOnBase(definition, base, {
    store,
    ports,
    rerun: own,
    inputFiles,
    redactor,
    ...(inputs ? { inputs } : {}),
    ...(signal ? { signal } : {}),
  });
  assertAllowed(planned.plan);
  return { child, ports, planned };
}

/** What is set for all children, and over it what is set for one. */
function mergedSet(all: ForkChild["set"], one: ForkChild["set"]): ForkChild["set"] {
  const merged = new Map<string, Readonly<Record<string, Json>>>(Object.entries(all));
  for (const [path, members] of Object.entries(one)) merged.set(path, { ...merged.get(path), ...members });
  return Object.fromEntries(merged);
}

function reasonOf({ error }: RefusedChild): string {
  const { code, message } = errorEnvelope(error);
  return canonicalJson([code, message]);
}
