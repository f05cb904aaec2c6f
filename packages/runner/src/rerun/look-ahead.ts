import { join } from "node:path";
import { type ComponentDefinition, type Definition, elementsOf, isBlock, walk } from "@dad/agent";
import type { Engine, NodeCall } from "@dad/engine";
import {
  type Digest,
  DadError,
  ExecutionId,
  messageOf,
  type NodeFingerprint,
  type NodePath,
  type PlanProblem,
  type PlanReason,
  type RunEnvParams,
} from "@dad/protocol";
import { type NodeHistory, type RunPorts, traceDirectory } from "@dad/run-context";
import { givenOf, isFromOutside } from "../decisions.ts";
import { indexDefinition } from "../definition-index.ts";
import { changesFiles, fingerprinter, mayChangeFiles, workspaceUse } from "../fingerprint.ts";
import { interpret } from "../interpreter.ts";
import { recordPlaces } from "../record-places.ts";
import { UNNAMED, unmarked } from "../run-marks.ts";
import type { StaticInputIndex } from "../static-input-index.ts";
import { toldFiles } from "../told-files.ts";
import { UnknownYet, unknownYet } from "../unknown.ts";
import { schemaDescriber } from "../waiting/request-of.ts";
import type { Decided, InterpreterHost, NodeToDecide, Place } from "../walk.ts";
import type { Decider } from "./decide.ts";
import type { EarlierAnswers } from "./earlier-answers.ts";
import { executeAhead, type ExecutingAhead } from "./execute-ahead.ts";
import { isUnknown, knownTree, unknownOnce } from "./known-tree.ts";
import { nodesIn, placesAround } from "./nodes-in.ts";
import { NO_ATTEMPTS, NOTHING_RECORDED, SILENT } from "./looking-walk.ts";
import type { BaseRun } from "./rerun-options.ts";
import type { Told } from "./reasons.ts";
import type { withSet } from "./set-settings.ts";

/** What a walk that only looks ahead found of a node. */
export interface Foreseen {
  readonly path: NodePath;
  readonly decision: "reuse" | "execute" | "undecided";
  readonly because: readonly PlanReason[];
  /** What the earlier run has for it. */
  readonly record: NodeHistory | undefined;
  readonly problem?: PlanProblem | undefined;
  /** What is known of it when it is executed. */
  readonly now?: { readonly fingerprint: NodeFingerprint; readonly told: Told };
}

export interface LookAhead {
  /** By path, in the order in which the walk came to them. */
  readonly nodes: ReadonlyMap<NodePath, Foreseen>;
  /** The components and blocks that the walk came to. */
  readonly begun: ReadonlySet<NodePath>;
  /** The reused nodes that the walk was told of before the first that sees the workspace and is not reused. */
  readonly early: ReadonlySet<NodePath>;
  /** What was found when results were read. */
  readonly problems: readonly PlanProblem[];
  /** The walk came to the end of the definition. */
  readonly complete: boolean;
}

export interface LookAheadOptions {
  readonly base: BaseRun;
  readonly decider: Decider;
  readonly withSet: ReturnType<typeof withSet>;
  /** What the re-run is given: its static inputs, and what names its input files. */
  readonly outside: { readonly inputs: StaticInputIndex; readonly inputFiles: Digest | undefined; readonly answers: EarlierAnswers };
  readonly ports: Pick<RunPorts, "artifacts" | "resources" | "outcomes" | "workspaces" | "redactor">;
  readonly engine: Engine;
  readonly place: { readonly runRoot: string; readonly lineage: readonly BaseRun["runId"][] };
  readonly signal: AbortSignal;
}

/**
 * Walks a definition as the re-run would, and executes nothing: what is reused gives what it gave, and of all else it is not known
 * what it gives. So what follows from that is undecided, and nothing else.
 */
export async function lookAhead(root: ComponentDefinition, options: LookAheadOptions): Promise<LookAhead> {
  const { engine, signal } = options;
  const found = findings();
  const { host, execute } = lookingHost(root, options, found);
  try {
    await engine.drive((context) => interpret(host, context), { execute, signal, replay: orderOf(options.base) });
    return { ...found, complete: true };
  } catch (error) {
    signal.throwIfAborted();
    // The re-run would end there, as the run before did or as the definition says now: nothing comes after it.
    if (!(error instanceof DadError)) throw error;
  }
  return { ...found, complete: false };
}

function orderOf({ history }: BaseRun) {
  return [...history.ended].map((path) => ({ path, attempt: 1 }));
}

function findings() {
  const nodes = new Map<NodePath, Foreseen>();
  const begun = new Set<NodePath>();
  const early = new Set<NodePath>();
  const problems: PlanProblem[] = [];
  /** In what there is something that is not reused. */
  const unsure = new Set<string>();
  let late = false;
  return {
    nodes,
    begun,
    early,
    problems,
    unsure,
    add(found: Foreseen): void {
      if (nodes.has(found.path)) return;
      nodes.set(found.path, found);
      if (found.decision !== "reuse") for (const around of placesAround(found.path)) unsure.add(around);
    },
    told(path: NodePath): void {
      if (!late && nodes.get(path)?.decision === "reuse") early.add(path);
    },
    /** Somebody sees the workspace from now on. */
    seen(): void {
      late = true;
    },
  };
}

type Findings = ReturnType<typeof findings>;

function lookingHost(root: ComponentDefinition, options: LookAheadOptions, found: Findings) {
  const { outside, place } = options;
  const files = filesAhead(options, found);
  const { env, workspace } = standIn(options);
  const own = unmarked({ env: { ...env, runId: UNNAMED }, workspace, lineage: place.lineage });
  const fingerprint = fingerprinter({ ...options.ports, unmarked: own, tree: files.tree, inputFiles: outside.inputFiles });
  const looking = {
    ...options,
    answers: outside.answers,
    files,
    describe: schemaDescriber(),
    found,
    elementAt: elementsOf(root),
    before: nodesIn(options.base),
    decide: options.decider.inWalk(),
  };
  const host: InterpreterHost = {
    root,
    env,
    inputs: outside.inputs,
    workspace,
    files,
    report: { ...SILENT, started: (path) => void found.begun.add(path) },
    places: recordPlaces(indexDefinition(root).nodes.keys()),
    turns: NOTHING_RECORDED,
    attempts: { ...NO_ATTEMPTS, refuse: ({ path }, error) => found.add(refused(path, error, options.base)) },
    decisions: {
      settings: ({ path }, settings) => options.withSet(path, settings),
      of: (node) => decideAhead(node, fingerprint(givenOf(node)), looking),
    },
    foresight: {
      undecided: (at, definition, error) => undecided({ at, definition, error }, looking),
      given: (path, error) => (unknownYet(error) ? pinnedAhead(path, looking) : undefined),
      mayFail: (path) => mayFail(path, looking),
    },
    redacted: (error) => error,
    breathe: async () => undefined,
  };
  return { host, execute: (call: NodeCall) => executeAhead(call, looking) };
}

/** The re-run has no name and no place yet: those of the run before stand for them, and are taken out like them. */
function standIn({ base: { runId }, place: { runRoot }, ports }: LookAheadOptions): { readonly env: RunEnvParams; readonly workspace: string } {
  const runDir = join(runRoot, runId);
  const executionId = ExecutionId.parse("00000000-0000-0000-0000-000000000000");
  const env = { runId, executionId, runDir, runRoot, effectiveRunRoot: runRoot, traceDir: traceDirectory(runDir) };
  const workspace = ports.outcomes
    ? ports.outcomes.capabilities.directory
      ? join(runRoot, ".dad", "work", runId)
      : undefined
    : ports.workspaces?.directoryOf(env);
  return { env, workspace: workspace ?? runDir };
}

function decideAhead(node: NodeToDecide, fingerprint: NodeFingerprint, { base, decide, found, files, ports: { redactor } }: Looking): Decided {
  const { path } = node.place;
  const use = workspaceUse(givenOf(node));
  const now = { fingerprint, told: { settings: redactor?.json(node.settings) ?? node.settings, input: node.input } };
  const decision = decide({ path, fingerprint, fromOutside: isFromOutside(node) });
  const record = decision.kind === "reuse" ? decision.record : base.history.nodes.get(path);
  found.add({ path, decision: decision.kind, because: decision.kind === "reuse" ? [] : decision.because, record, problem: decision.problem, now });
  if (decision.kind === "reuse") return { reuse: decision.record.path };
  if (use !== "none") found.seen();
  if (changesFiles(use)) files.left({ path, attempt: 1 }, unknownOnce(files.tree()));
  return {};
}

/** The files as the walk is told of them, and who was told before somebody saw them. */
function filesAhead({ base, ports }: LookAheadOptions, found: Findings) {
  const told = toldFiles(knownTree(ports, base));
  let lost = false;
  return {
    ...told,
    tree: () => (lost ? unknownOnce(told.tree()) : told.tree()),
    told(handle: Parameters<typeof told.told>[0]): void {
      const { decision, record } = found.nodes.get(handle.path) ?? {};
      if (decision === "reuse" && record?.outcome) told.left(handle, isUnknown(told.tree()) ? told.tree() : record.outcome.tree);
      found.told(handle.path);
      told.told(handle);
    },
    /** Something may change them of which it is not known whether it is executed. */
    lose(): void {
      lost = true;
    },
  };
}

/** A node whose settings cannot be made fails, as soon as the walk comes to it. */
function refused(path: NodePath, error: unknown, { history }: BaseRun): Foreseen {
  return { path, decision: "execute", because: [{ component: "settings", message: messageOf(error) }], record: history.nodes.get(path) };
}

/** What is pinned is given, also where it is not known yet what the node would be told. */
function pinnedAhead(path: NodePath, { base, decider, found }: Looking): NodePath | undefined {
  const decision = decider.pinned(path);
  if (decision) found.add({ path, decision: decision.kind, because: [], record: base.history.nodes.get(path), problem: decision.problem });
  return decision?.kind === "reuse" ? path : undefined;
}

interface Undecided {
  readonly at: Place;
  readonly definition: Definition;
  readonly error: unknown;
}

interface Looking extends LookAheadOptions {
  readonly elementAt: ReturnType<typeof elementsOf>;
  readonly found: Findings;
  readonly files: ReturnType<typeof filesAhead>;
  readonly answers: EarlierAnswers;
  readonly describe: ExecutingAhead["describe"];
  /** The nodes that the earlier run had in something. */
  readonly before: (path: string) => readonly NodePath[];
  readonly decide: ReturnType<Decider["inWalk"]>;
}

function undecided({ at, definition, error }: Undecided, looking: Looking): boolean {
  const unknown = unknownYet(error);
  if (unknown === undefined) return false;
  const { found, files } = looking;
  found.seen();
  if (definition.kind === "node") {
    noteUndecided(at.path, unknown, looking);
    if (mayChangeFiles(definition.nodeType)) files.lose();
    return true;
  }
  files.lose();
  const inside = looking.before(at.path);
  for (const path of inside.length === 0 ? [at.path] : inside) if (isThere(path, looking)) noteUndecided(path, unknown, looking);
  return true;
}

/** What is executed in the body of a `try` may fail, and then its handler is executed. */
function mayFail(path: NodePath, looking: Looking): boolean {
  const { found, files, elementAt } = looking;
  if (!found.unsure.has(`${path}.try`)) return false;
  found.seen();
  const handler = elementAt(`${path}.catch`)?.definition as ComponentDefinition;
  if ([...walk(handler)].some(({ definition }) => definition.kind === "node" && mayChangeFiles(definition.nodeType))) files.lose();
  for (const inside of looking.before(`${path}.catch`)) noteUndecided(inside, new UnknownYet(`whether ${path}.try fails`), looking);
  return true;
}

function isThere(path: NodePath, { elementAt }: Looking): boolean {
  const definition = elementAt(path)?.definition;
  return definition !== undefined && (definition.kind === "node" || isBlock(definition));
}

/** Whether what is in a block is come to at all is not known, also of what is pinned. */
function noteUndecided(path: NodePath, unknown: UnknownYet, { found, base, decider }: Looking): void {
  const record = base.history.nodes.get(path);
  const forced = decider.pinned(path) ? undefined : decider.forced(path);
  const because = forced ?? [{ component: "input", message: unknown.message }];
  found.add({ path, decision: forced && record ? "execute" : "undecided", because, record });
}
