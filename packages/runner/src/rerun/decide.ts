import { type ComponentDefinition, EVERY_ITERATION } from "@dad/agent";
import type { NodeFingerprint, NodeOrigin, NodePath, PlanProblem, PlanReason } from "@dad/protocol";
import type { NodeHistory } from "@dad/run-context";
import { UNKNOWABLE_TREE } from "../told-files.ts";
import { originOf } from "./origin.ts";
import { covers, isFrom, isMeantBy } from "./paths.ts";
import type { BaseRun, CheckedRerun, RerunAllowances } from "./rerun-options.ts";

/** Whether a node is executed, and why; or what is given instead. A problem stands in the way of the re-run. */
export type Decision =
  | { readonly kind: "reuse"; readonly record: NodeHistory; readonly problem?: PlanProblem | undefined }
  /** Without reasons: its fingerprint is another one. */
  | { readonly kind: "execute"; readonly because: readonly PlanReason[]; readonly problem?: PlanProblem | undefined };

/** What is known of a node when it is decided. */
export interface DecidedBy {
  readonly path: NodePath;
  readonly fingerprint: NodeFingerprint;
  /** What it gives comes from outside: it asks a model, or is not pure. */
  readonly fromOutside: boolean;
}

export interface Decider {
  /** Decides for one walk, of which some nodes may be on record already. */
  inWalk(recorded?: Iterable<NodeHistory>): (node: DecidedBy) => Decision;
  /** Whether a node is executed whatever it is told, and why. */
  forced(path: NodePath): readonly PlanReason[] | undefined;
  /** What is decided of a node that is pinned, whatever it is told. */
  pinned(path: NodePath): Decision | undefined;
  /** Whether somebody asked for the very node to be executed, or set something of it. */
  isMeant(path: NodePath): boolean;
}

export interface DeciderOptions extends CheckedRerun {
  /** Nodes that are executed because others are: see `writersTogether`. By path, one of these others. */
  readonly together: ReadonlyMap<NodePath, NodePath>;
}

/** Decides of each node of a re-run. */
export function decider(root: ComponentDefinition, base: BaseRun, { together, ...options }: DeciderOptions): Decider {
  const { from, reask = [], pin = [], setNow, replay = false, allow = {} } = options;
  const forced = forcedBy(root, { ...options, together });
  const elsewhere = inOtherIterations(base);
  const pinnedAt = (path: NodePath) => (!replay && isNamed(pin, path) ? pinned(base, path, base.history.nodes.get(path)) : undefined);
  return {
    forced,
    pinned: pinnedAt,
    isMeant: (path) => [from, ...reask, ...setNow].some((named) => named !== undefined && isMeantBy(named, path)),
    inWalk(recorded = []) {
      const given = givenIn(base, recorded);
      return (node) => {
        const decision = decide(node, (record) => !node.fromOutside || given.isFree(record, node.path));
        if (decision.kind === "reuse") given.add(decision.record, node.path);
        return decision;
      };
    },
  };

  function decide(node: DecidedBy, isFree: (record: NodeHistory) => boolean): Decision {
    const { path, fingerprint } = node;
    const own = base.history.nodes.get(path);
    if (replay) return replayed(own, node);
    const kept = pinnedAt(path);
    if (kept) return kept;
    const because = forced(path);
    if (because) return { kind: "execute", because };
    const isOwn = own !== undefined && isSame(own, fingerprint);
    const record = isOwn && isFree(own) ? own : (elsewhere(path, fingerprint).find(isFree) ?? own);
    if (record === undefined) return executed("new", `run ${base.runId} did not execute it`);
    if (isOwn && !isFree(record)) return executed("moved", "what it gave is given by another iteration, which does the same");
    return from === undefined ? unchanged(record, fingerprint) : before(record, fingerprint, allow);
  }
}

function isNamed(patterns: readonly string[], path: NodePath): boolean {
  return patterns.some((pattern) => covers(pattern, path));
}

function forcedBy(root: ComponentDefinition, { from, reask = [], reuse = true, together }: DeciderOptions): Decider["forced"] {
  const comesAfter = from === undefined ? () => false : isFrom(root, from);
  return (path) => {
    if (isNamed(reask, path)) return [{ component: "reask", message: "it is asked for" }];
    if (from !== undefined && comesAfter(path)) return [{ component: "from", message: afterStart(path, from) }];
    if (!reuse) return [{ component: "reuse", message: "nothing is reused" }];
    const beside = together.get(path);
    return beside === undefined ? undefined : [{ component: "beside", message: `it may have changed the same files at the same time as ${beside}` }];
  };
}

function afterStart(path: NodePath, from: NodePath): string {
  if (path === from) return "the re-run starts here";
  return path.startsWith(`${from}.`) ? `it is in ${from}` : `it comes after ${from}`;
}

function executed(component: string, message: string): Decision {
  return { kind: "execute", because: [{ component, message }] };
}

/** What is no component of a fingerprint: nobody knows the files. */
export const FILES_UNKNOWN = "files";

/** Of a node that works with files, whether those are known that it is to work with, and those that it worked with. */
function unknownFiles({ fingerprint: was }: NodeHistory, { workspace }: NodeFingerprint): string | undefined {
  if (was?.workspace === UNKNOWABLE_TREE) return "works with files of which the earlier run kept nothing";
  return workspace === UNKNOWABLE_TREE ? "works with files, and of those of this run nothing is kept" : undefined;
}

function unchanged(record: NodeHistory, fingerprint: NodeFingerprint): Decision {
  if (record.state !== "completed")
    return { kind: "execute", because: [{ component: "state", before: stateOf(record), message: notCompleted(record) }] };
  if (record.fingerprint === undefined) return executed("fingerprint", "none was recorded");
  const unknown = unknownFiles(record, fingerprint);
  if (unknown !== undefined) return executed(FILES_UNKNOWN, `it ${unknown}`);
  return isSame(record, fingerprint) ? { kind: "reuse", record } : { kind: "execute", because: [] };
}

/** Of what has to be reused, because it comes before the start: whether that is so. */
function before(record: NodeHistory, fingerprint: NodeFingerprint, { failed = false }: RerunAllowances): Decision {
  const { path, state } = record;
  const problem = (kind: PlanProblem["kind"], message: string, allow: string[]): Decision => ({
    kind: "reuse",
    record,
    problem: { kind, path, message: `${path} ${message}`, allow },
  });
  if (state === "failed" && failed && record.fingerprint !== undefined && !isSame(record, fingerprint))
    return problem("changed", "failed, is changed since, and comes before the start", [`--reask ${path}`]);
  if (state === "failed") return failed ? { kind: "reuse", record } : problem("failed", "failed, and comes before the start", ["--allow-failed"]);
  if (state !== "completed") return problem("unfinished", "did not come to its end, and comes before the start", [`--reask ${path}`]);
  if (isSame(record, fingerprint)) return { kind: "reuse", record };
  const unknown = unknownFiles(record, fingerprint);
  if (unknown !== undefined)
    return problem("files", `${unknown}, and comes before the start: its result can be reused without them, or it can be executed`, [
      `--pin ${path}`,
      `--reask ${path}`,
    ]);
  if (record.fingerprint === undefined)
    return problem("unverified", "was recorded without a fingerprint, so it cannot be verified", [`--pin ${path}`, `--reask ${path}`]);
  return problem("changed", "is changed, and comes before the start", [`--pin ${path}`, `--reask ${path}`]);
}

/** What comes from outside is given again; the code of the agent has to do it again, and to do the same. */
function replayed(record: NodeHistory | undefined, { fingerprint, fromOutside }: DecidedBy): Decision {
  if (record?.state !== "completed" && record?.state !== "failed") return executed("new", "there is no record of it");
  if (!isSame(record, fingerprint)) return { kind: "execute", because: [] };
  return fromOutside ? { kind: "reuse", record } : executed("replay", "it is code of the agent");
}

function pinned(base: BaseRun, path: NodePath, record: NodeHistory | undefined): Decision {
  if (record?.state === "completed") return { kind: "reuse", record };
  const why = record === undefined ? `run ${base.runId} did not execute it` : notCompleted(record);
  return { kind: "execute", because: [], problem: { kind: "unfinished", path, message: `${path} is pinned, but ${why}`, allow: [] } };
}

function isSame(record: NodeHistory, { digest, workspace }: NodeFingerprint): boolean {
  return record.fingerprint?.digest === digest && workspace !== UNKNOWABLE_TREE;
}

function stateOf({ state }: NodeHistory): string {
  return state === "started" ? "interrupted" : state;
}

function notCompleted(record: NodeHistory): string {
  const state = stateOf(record);
  return `it ${state === "failed" ? "failed" : `was ${state}`} in the earlier run`;
}

/** Which record is given at which path. */
interface Given {
  isFree(record: NodeHistory, path: NodePath): boolean;
  add(record: NodeHistory, path: NodePath): void;
}

/**
 * What a model said, or what an effect came to, is given once: who asks for it twice wants two. What is on record of the re-run
 * was given already.
 */
function givenIn({ runId, history }: BaseRun, recorded: Iterable<NodeHistory>): Given {
  const given = new Map<NodePath, NodePath>();
  const reused = new Map([...recorded].flatMap(({ path, origin }) => (origin ? [[keyOfOrigin(origin), path]] : [])));
  if (reused.size > 0)
    for (const record of history.nodes.values()) {
      const at = reused.get(keyOfOrigin(originOf(record, runId)));
      if (at !== undefined) given.set(record.path, at);
    }
  return {
    isFree: (record, path) => (given.get(record.path) ?? path) === path,
    add: (record, path) => void given.set(record.path, path),
  };
}

function keyOfOrigin({ runId, seq }: NodeOrigin): string {
  return `${runId} ${seq}`;
}

/**
 * Finds what other iterations have for the same work: in a list whose items changed their places, or of which some are gone. What
 * changed files belongs to its place.
 */
function inOtherIterations({ history }: BaseRun): (path: NodePath, fingerprint: NodeFingerprint) => readonly NodeHistory[] {
  const keyOf = (path: string, digest: string): string => `${digest} ${path.replaceAll(/(?<=\.)iter_\d+(?=\.)/g, EVERY_ITERATION)}`;
  let known: Map<string, NodeHistory[]> | undefined;
  const index = () => {
    const all = new Map<string, NodeHistory[]>();
    for (const node of history.nodes.values()) {
      if (node.state !== "completed" || !node.fingerprint || node.outcome || !node.path.includes(".iter_")) continue;
      const key = keyOf(node.path, node.fingerprint.digest);
      const same = all.get(key);
      if (same) same.push(node);
      else all.set(key, [node]);
    }
    return all;
  };
  return (path, { digest }) => (path.includes(".iter_") ? ((known ??= index()).get(keyOf(path, digest)) ?? []) : []);
}
