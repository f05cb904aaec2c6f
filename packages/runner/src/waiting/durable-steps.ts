import { AsyncLocalStorage } from "node:async_hooks";
import type { NodeDefinition } from "@dad/agent";
import { readJson } from "@dad/artifacts";
import type { NodeCall } from "@dad/engine";
import {
  addUsage,
  type ArtifactEntry,
  canonicalJson,
  type Digest,
  digestOfBytes,
  hexOfDigest,
  Json,
  messageOf,
  nodeDirectory,
  type NodePath,
  type Usage,
} from "@dad/protocol";
import type { RunContext, RunHistory, StepHistory } from "@dad/run-context";
import { frozenJson } from "../frozen-json.ts";
import { stopwatch } from "../stopwatch.ts";
import { withoutSecrets } from "../without-secrets.ts";
import { StepError } from "./errors.ts";

/** What the steps of nodes gave, in this execution of the run and those before. */
export interface StepRecords {
  of(path: NodePath, name: string): StepHistory | undefined;
  add(path: NodePath, name: string, step: StepHistory): void;
}

export function stepRecords({ steps }: Pick<RunHistory, "steps">): StepRecords {
  const added = new Map<string, StepHistory>();
  const key = (path: NodePath, name: string): string => `${path} ${name}`;
  return {
    of: (path, name) => added.get(key(path, name)) ?? steps.get(path)?.get(name),
    add: (path, name, step) => void added.set(key(path, name), step),
  };
}

/** Does a step of one attempt, or gives what it has given before. */
export type DoStep = <Result>(name: string, work: () => Promise<Result> | Result) => Promise<Result>;

/** The steps of one attempt. */
export interface AttemptSteps {
  readonly step: DoStep;
  /** What is used belongs to the step in whose work that happens: to the innermost one, and to none outside of all. */
  readonly used: (usage: Usage) => void;
}

/** What a step that is being done has used so far. */
export type StepSpending = AsyncLocalStorage<{ usage?: Usage }>;

export function stepSpending(): StepSpending {
  return new AsyncLocalStorage();
}

/** Whose steps they are. */
interface Stepping {
  readonly definition: NodeDefinition;
}

export interface StepsOptions {
  readonly run: Pick<RunContext, "record" | "keep" | "ports">;
  readonly call: NodeCall;
  readonly element: Stepping;
  readonly records: StepRecords;
  readonly spending: StepSpending;
}

export function stepsOf({ run, call, element, records, spending }: StepsOptions): AttemptSteps {
  const { path, attempt } = call;
  const begun = new Set<string>();
  let given: Digest | undefined;
  const told = (): Digest => (given ??= toldOf({ ...call, settings: withoutSecrets(call.settings, run) }, element));

  async function perform<Result>(name: string, work: () => Promise<Result> | Result): Promise<Result> {
    const took = stopwatch();
    const spent: { usage?: Usage } = {};
    const value = withoutSecrets(jsonOf(name, await spending.run(spent, work)), run);
    const result = await run.keep({ name: artifactName(name), data: value, node: path, path: placeOf(path, name), shown: false, format: "json" });
    await run.record({ type: "step.completed", path, attempt, name, given: told(), durationMs: took(), result, ...spent });
    records.add(path, name, { given: told(), result });
    return value as Result;
  }

  async function step<Result>(called: string, work: () => Promise<Result> | Result): Promise<Result> {
    if (typeof called !== "string" || called === "") throw new StepError(called, "give it a name, a text");
    // As it is on record.
    const name = withoutSecrets(called, run);
    if (begun.has(name)) throw new StepError(name, "the node has one of this name already: give each its own, as in `page ${n}`");
    begun.add(name);
    const before = records.of(path, name);
    // Told something else, it would do something else.
    if (before?.given === told()) return frozenJson(await valueOf(run, before.result)) as Result;
    return await perform(name, work);
  }

  return {
    step,
    used(usage) {
      const spent = spending.getStore();
      if (spent) spent.usage = spent.usage ? addUsage(spent.usage, usage) : usage;
    },
  };
}

function toldOf({ settings, input }: NodeCall, { definition: { nodeType } }: Stepping): Digest {
  const { type, version, source } = nodeType;
  return digestOfBytes(
    canonicalJson({ type, version, settings, ...(source === undefined ? {} : { source }), ...(input === undefined ? {} : { input }) }),
  );
}

function jsonOf(name: string, value: unknown): Json {
  try {
    return value === undefined ? null : frozenJson(value);
  } catch (cause) {
    throw new StepError(name, `what it gives cannot be recorded: ${messageOf(cause)}`, { cause });
  }
}

function valueOf({ ports }: StepsOptions["run"], entry: ArtifactEntry): Promise<Json> {
  return readJson(ports.artifacts, entry, Json);
}

const HEX_OF_NAME = 16;

function artifactName(name: string): string {
  return `step-${hexOfDigest(digestOfBytes(name)).slice(0, HEX_OF_NAME)}`;
}

function placeOf(path: NodePath, name: string): string {
  return `${nodeDirectory(path)}/steps/${artifactName(name)}.json`;
}
