import { dirname } from "node:path";
import {
  type IsolationPolicy,
  IsolationPolicyError,
  type IsolationSpace,
  type IsolationSpec,
  type ResolvedPolicy,
  resolvePolicy,
  strengthened,
  unguarded,
} from "@dad/isolation";
import { canonicalJson, type EventDraft, type IsolationRecord, type Json, type NodePath } from "@dad/protocol";
import { egressRecord } from "./egress-record.ts";
import type { ExecutionScope, IsolatedExecution, IsolateOptions, RunContext } from "./run-context.ts";

/** Opens the space of a run, and later others for those who require more than it has. Each is on record. */
export async function enterIsolation(run: RunContext, options: IsolateOptions = {}): Promise<IsolatedExecution> {
  const { env = {}, policy = {} } = options;
  const spaces = openSpaces(run, env);
  const space = await spaces.open(policy);
  const left = new AbortController();
  const broken = new AbortController();
  const signal = AbortSignal.any([run.signal, left.signal, broken.signal]);
  const isolated = (by: IsolationPolicy, at?: NodePath) => spaces.with(policy, by, at);
  const place = { runId: run.env.runId, env: space.env, cwd: space.cwd, signal, onUnhandledRejection: (reason: unknown) => broken.abort(reason) };
  return {
    space,
    async run(task) {
      signal.throwIfAborted();
      const work = async (inside: Pick<ExecutionScope, "signal">) => {
        const scope = { run, space, isolated, signal: inside.signal };
        return typeof task === "function" ? task(scope) : task.run(scope);
      };
      return run.ports.scope ? run.ports.scope.run(place, work) : work(place);
    },
    exec: (command, given) => space.exec(command, { ...given, signal: given?.signal ? AbortSignal.any([signal, given.signal]) : signal }),
    async [Symbol.asyncDispose]() {
      left.abort();
      await spaces[Symbol.asyncDispose]();
    },
  };
}

interface Spaces extends AsyncDisposable {
  /** The first: later ones are opened only for more than it has. */
  open(policy: IsolationPolicy): Promise<IsolationSpace>;
  with(policy: IsolationPolicy, by: IsolationPolicy, at: NodePath | undefined): Promise<IsolationSpace>;
}

function openSpaces(run: RunContext, own: Readonly<Record<string, string>>): Spaces {
  const workspace = run.outcome?.directory ?? run.env.runDir;
  // A working tree has no repository of its own: without this, `git` in it would find one of the user's further up.
  const env = { GIT_CEILING_DIRECTORIES: dirname(workspace), ...own };
  const opened = new Map<string, Promise<IsolationSpace>>();
  let first: IsolationSpace | undefined;

  async function openOne(policy: IsolationPolicy, at?: NodePath): Promise<IsolationSpace> {
    const resolved = resolvePolicy(policy);
    assertApart(run, resolved);
    const { onEgress, settled } = egressRecord(run, at);
    const spec: IsolationSpec = { env, policy, runId: run.env.runId, workspace, onEgress };
    const space = await run.ports.isolation.open(spec, { signal: run.signal });
    await run.record(openedDraft(space, resolved, at), { wait: "ordered" });
    async function close(): Promise<void> {
      await space[Symbol.asyncDispose]();
      await settled();
    }
    return { ...space, [Symbol.asyncDispose]: close };
  }

  return {
    async open(policy) {
      const opening = openOne(policy);
      opened.set("first", opening);
      first = await opening;
      return first;
    },
    async with(policy, by, at) {
      const all = strengthened(policy, by);
      if (first && suffices(first, by, all)) return first;
      const key = canonicalJson(JSON.parse(JSON.stringify(all)) as Json);
      const opening = opened.get(key) ?? openOne(all, at);
      opened.set(key, opening);
      // Whoever comes later may have what was missing by then.
      opening.catch(() => opened.delete(key));
      return opening;
    },
    async [Symbol.asyncDispose]() {
      const all = await Promise.allSettled(opened.values());
      await Promise.all(all.map(async (space) => space.status === "fulfilled" && space.value[Symbol.asyncDispose]()));
    },
  };
}

/** Whether a space has all that is asked for: guards alone, since the rest of a policy is what it was opened with. */
function suffices(
  space: IsolationSpace,
  { preset: _preset, require: _require, onMissing: _onMissing, ...rest }: IsolationPolicy,
  all: IsolationPolicy,
): boolean {
  return Object.keys(rest).length === 0 && unguarded(space.guards, resolvePolicy(all).required).length === 0;
}

/** Whoever is not to write anywhere else must not get the directory that holds the record of the run. */
function assertApart({ outcome, env }: RunContext, { required }: ResolvedPolicy): void {
  if (outcome?.directory !== undefined || required["fs.write"] === undefined) return;
  throw new IsolationPolicyError(
    "preset",
    `keeps commands from all but the workspace, and run ${env.runId} has none of its own: its directory holds its record. Give the run an outcome repository that has working trees`,
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
    network: degraded.includes("net.ip") ? "host" : network.mode,
    guards: Object.fromEntries(had),
    ...(degraded.length > 0 ? { degraded: [...degraded] } : {}),
  };
}
