import { dirname, isAbsolute, join, relative, sep } from "node:path";
import {
  type Guard,
  IsolationClosedError,
  type IsolationPolicy,
  IsolationPolicyError,
  type IsolationSpace,
  type IsolationSpec,
  type NetworkPolicy,
  type ResolvedPolicy,
  resolvePolicy,
  strengthened,
  unguarded,
  untilAborted,
} from "@dad/isolation";
import { canonicalJson, type EventDraft, type IsolationRecord, type Json, type NodePath } from "@dad/protocol";
import { egressRecord } from "./egress-record.ts";
import { INPUT_DIRECTORY } from "./input-files.ts";
import type { IsolatedOptions, RunContext } from "./run-context.ts";

/** The spaces of one execution: they are opened once for all who ask alike, and closed together. */
export interface RunSpaces extends AsyncDisposable {
  /** The first: later ones are opened only for more than it has. */
  open(policy: IsolationPolicy): Promise<IsolationSpace>;
  with(policy: IsolationPolicy, by: IsolationPolicy, options?: IsolatedOptions): Promise<IsolationSpace>;
}

export function spacesOf(run: RunContext, own: Readonly<Record<string, string>>): RunSpaces {
  const workspace = run.directory ?? run.env.runDir;
  // A working tree has no repository of its own: without this, `git` in it would find one of the user's further up.
  const env = { GIT_CEILING_DIRECTORIES: dirname(workspace), ...own };
  const keyOf = policyKeys();
  const opened = new Map<string, Promise<IsolationSpace>>();
  let first: IsolationSpace | undefined;
  let closed = false;

  const openOne = (policy: IsolationPolicy, at?: NodePath): Promise<IsolationSpace> => openRecorded(run, { env, policy, workspace }, at);

  function openOnce(key: string, policy: IsolationPolicy, at?: NodePath): Promise<IsolationSpace> {
    if (closed) throw new IsolationClosedError(run.env.runId);
    const opening = opened.get(key) ?? openOne(policy, at);
    opened.set(key, opening);
    // Whoever comes later may have what was missing by then.
    opening.catch(() => opened.delete(key));
    return opening;
  }

  return {
    async open(policy) {
      first = await openOnce("first", policy);
      return first;
    },
    async with(policy, by, { at, signal } = {}) {
      const all = strengthened(policy, by);
      const space = first && suffices(first, by, all) ? first : await untilAborted(openOnce(keyOf(all), all, at), signal);
      // It belongs to all who ask alike: nobody closes it for the others.
      return { ...space, [Symbol.asyncDispose]: async () => undefined };
    },
    async [Symbol.asyncDispose]() {
      if (closed) return;
      closed = true;
      await closeAll(await Promise.allSettled(opened.values()), run.env.runId);
    },
  };
}

async function closeAll(opened: readonly PromiseSettledResult<IsolationSpace>[], runId: string): Promise<void> {
  const spaces = opened.flatMap((space) => (space.status === "fulfilled" ? [space.value] : []));
  const ends = await Promise.allSettled(spaces.map((space) => space[Symbol.asyncDispose]()));
  const failures = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, `spaces of run ${runId} could not be closed`);
}

/** A space that is on record, or none. */
async function openRecorded(
  run: RunContext,
  { env, policy: given, workspace }: Pick<Required<IsolationSpec>, "env" | "policy" | "workspace">,
  at: NodePath | undefined,
): Promise<IsolationSpace> {
  const policy = withInputFiles(run, given);
  const resolved = resolvePolicy(policy);
  assertApart(run, resolved);
  const { onEgress, settled } = egressRecord(run);
  const space = await run.ports.isolation.open({ env, policy, runId: run.env.runId, workspace, onEgress }, { signal: run.signal });
  const close = async (): Promise<void> => {
    await space[Symbol.asyncDispose]();
    await settled();
  };
  try {
    await run.record(openedDraft(space, resolved, at), { wait: "ordered" });
  } catch (error) {
    await close();
    throw error;
  }
  return { ...space, [Symbol.asyncDispose]: close };
}

/** What keeps commands from the files of the host still shows them those that the run was given, as long as it has a readable directory. */
function withInputFiles({ env, inputs, ports }: RunContext, policy: IsolationPolicy): IsolationPolicy {
  const isKept = resolvePolicy(policy).required["fs.read"] !== undefined;
  if (!isKept || inputs.files.length === 0 || !ports.view) return policy;
  return { ...policy, mounts: [...(policy.mounts ?? []), { path: join(env.runDir, INPUT_DIRECTORY), mode: "ro" }] };
}

/** The same for policies that say the same. A function, such as one that gives the headers of a gateway, is only the same as itself. */
function policyKeys(): (policy: IsolationPolicy) => string {
  const functions = new Map<unknown, number>();
  const numbered = (_name: string, value: unknown): unknown => {
    if (typeof value !== "function") return value;
    if (!functions.has(value)) functions.set(value, functions.size);
    return `function ${functions.get(value)}`;
  };
  return (policy) => canonicalJson(JSON.parse(JSON.stringify(policy, numbered)) as Json);
}

/** Whether a space has all that is asked for: guards alone, since the rest of a policy is what it was opened with. */
function suffices(
  space: IsolationSpace,
  { preset: _preset, require: _require, onMissing: _onMissing, ...rest }: IsolationPolicy,
  all: IsolationPolicy,
): boolean {
  return Object.keys(rest).length === 0 && unguarded(space.guards, resolvePolicy(all).required).length === 0;
}

/** Whoever is not to write anywhere else must not get what holds the record of the run, or of others. */
function assertApart({ directory, env }: RunContext, { required, mounts }: ResolvedPolicy): void {
  for (const [index, { path, mode }] of mounts.entries())
    if (mode === "rw" && (isWithin(path, env.runRoot) || isWithin(env.runRoot, path) || path.split(sep).includes(".git")))
      throw new IsolationPolicyError(
        `mounts.${index}`,
        `gives commands ${path} to write, where runs are recorded or what git executes is kept: mount a directory apart from ${env.runRoot} and from every .git`,
      );
  if (directory !== undefined || required["fs.write"] === undefined) return;
  throw new IsolationPolicyError(
    "preset",
    `keeps commands from all but the workspace, and run ${env.runId} has none of its own: its directory holds its record. Give the run an outcome repository that has working trees, or workspaces`,
  );
}

function openedDraft(space: IsolationSpace, policy: ResolvedPolicy, path: NodePath | undefined): EventDraft {
  return { type: "isolation.opened", isolation: isolationRecord(space, policy), ...(path === undefined ? {} : { path }) };
}

/** What is on record of a space. */
export function isolationRecord({ adapter, guards, degraded }: IsolationSpace, { preset, network }: ResolvedPolicy): IsolationRecord {
  const had = Object.entries(guards).filter(([, strength]) => strength !== "none") as [string, "enforced" | "detected"][];
  return {
    adapter,
    preset,
    // What was to be kept from it is not, where nothing keeps it.
    network: isHeld(network.mode, degraded) ? network.mode : "host",
    guards: Object.fromEntries(had),
    ...(degraded.length > 0 ? { degraded: [...degraded] } : {}),
  };
}

function isHeld(mode: NetworkPolicy["mode"], degraded: readonly Guard[]): boolean {
  return mode === "host" || (!degraded.includes("net.ip") && !(mode === "allow" && degraded.includes("net.allowlist")));
}

function isWithin(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === "" || (!way.startsWith("..") && !isAbsolute(way));
}
