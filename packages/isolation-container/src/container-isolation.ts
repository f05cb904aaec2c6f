import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { hostname } from "node:os";
import {
  assertGuarded,
  assertSpec,
  type Environment,
  type Guard,
  homes,
  type IsolationAdapter,
  IsolationFailedError,
  IsolationPolicyError,
  type IsolationProbe,
  type IsolationSpec,
  IsolationUnavailableError,
  directoriesLeft,
  isOwnerAlive,
  mergeEnvironments,
  ownerName,
  passedVariables,
  removeLeftHomes,
  resolvePolicy,
  type ResolvedPolicy,
} from "@dad/isolation";
import { OWNER_LABEL } from "./container-body.ts";
import { guardsOf, leftOpen } from "./container-guards.ts";
import { containerSpace } from "./container-space.ts";
import { BRIDGE_PORT, egressRules } from "./egress.ts";
import { proxyEnvironment } from "@dad/egress";
import { findEngine } from "./engine-facts.ts";
import { examine, type Ready, type Wanted } from "./examine.ts";
import { boundMounts } from "./mounts.ts";
import type { SpacePlan } from "./space-plan.ts";
import { LEFT_PREFIX } from "./seccomp-option.ts";

export interface ContainerIsolationOptions {
  /**
   * What commands see of programs. It needs `/bin/sh`, and `node` in its `PATH` for a network with a list of hosts. It is
   * never fetched: an image that is not there is a problem. Default `node:24-slim`.
   */
  readonly image?: string;
  /** A runtime that the engine knows by this name. `runsc` (gVisor) and `kata` give commands a kernel of their own. Default: that of the engine. */
  readonly runtime?: string;
  /**
   * Absolute paths of sockets on which an engine may answer; the first that does is used. Default: those of Docker and Podman for
   * the machine, then those for the user of this process.
   */
  readonly sockets?: readonly string[];
  /** The environment of the host, from which `LANG`, `LC_ALL`, `TZ` and `TERM` pass, and what a policy names. `PATH` is that of the image. */
  readonly hostEnv?: Readonly<Record<string, string | undefined>>;
  /** As in `processIsolation`: where each run has its `HOME`. Default: a temporary directory for each space. */
  readonly homes?: string;
  /** Milliseconds that a command has between being asked to end and being ended. Default 2000. */
  readonly graceMs?: number;
}

const NAME = "container";
const DEFAULT_IMAGE = "node:24-slim";
const DEFAULT_GRACE_MS = 2000;
const PASSED = ["LANG", "LC_ALL", "TZ", "TERM"];
const HOST_LABEL = "dad.host";

/**
 * Each space is a container of Docker or Podman, and each command a process in it. Whoever may use the socket of an engine that
 * runs as root is root on the host: commands never see it, but the process that opens spaces holds it.
 */
export function containerIsolation(options: ContainerIsolationOptions = {}): IsolationAdapter {
  const wanted: Wanted = {
    sockets: options.sockets ?? usualSockets(),
    image: options.image ?? DEFAULT_IMAGE,
    runtime: options.runtime,
    labels: { [OWNER_LABEL]: ownerName(), [HOST_LABEL]: hostname() },
  };
  const homeOf = homes(options.homes);
  const ready = examiner(wanted);
  const { graceMs = DEFAULT_GRACE_MS } = options;

  return {
    name: NAME,

    async probe({ signal } = {}) {
      signal?.throwIfAborted();
      return (await untilAborted(ready(), signal)).probe;
    },

    async open(spec, { signal } = {}) {
      signal?.throwIfAborted();
      assertSpec(spec);
      const policy = resolvePolicy(spec.policy);
      const given = givenVariables(options.hostEnv ?? {}, policy, spec);
      const { path, ...held } = await assertSpace(await untilAborted(ready(), signal), policy, spec);
      const id = `${spec.runId}-${randomUUID()}`;
      const home = homeOf({ id, runId: spec.runId });
      const { onEgress, workspace } = spec;
      const env = mergeEnvironments({ PATH: path, HOME: home.path }, given);
      return containerSpace({ ...held, id, adapter: NAME, home, policy, wanted, workspace, env, onEgress, graceMs });
    },

    async sweep({ signal } = {}) {
      signal?.throwIfAborted();
      const [containers, left] = [await removeLeftContainers(wanted.sockets, signal), await removeLeftDirectories()];
      return { removed: [...containers, ...left, ...(await removeLeftHomes(options.homes))] };
    },
  };
}

type Examined = Ready | { readonly probe: IsolationProbe };

/** What was found to work is not tried again; what was missing may be there the next time. */
function examiner(wanted: Wanted): () => Promise<Examined> {
  let examined: Promise<Examined> | undefined;
  return async () => {
    const asked = (examined ??= examine(wanted));
    const found = await asked;
    if (!found.probe.available && examined === asked) examined = undefined;
    return found;
  };
}

/** What a space of this policy has. @throws what `open` throws when it cannot be had. */
async function assertSpace(
  found: Examined,
  policy: ResolvedPolicy,
  { workspace }: IsolationSpec,
): Promise<Pick<SpacePlan, "engine" | "guards" | "degraded"> & Pick<Ready, "path">> {
  const { probe } = found;
  if (!("engine" in found)) throw new IsolationUnavailableError(NAME, Object.keys(policy.required) as Guard[], probe.problems);
  const guards = guardsOf(probe.guards, policy);
  const asked = leftOpen(policy).filter(({ guard }) => probe.guards[guard] !== "none");
  const degraded = assertGuarded(NAME, guards, { policy, problems: [...asked, ...probe.problems] });
  if (policy.workspace === "overlay")
    throw new IsolationPolicyError("workspace", "is overlay, and the commands of a container change the workspace itself");
  if (policy.network.mode === "allow") egressRules(policy.network);
  await boundMounts(policy, workspace);
  return { engine: found.engine, path: found.path, guards, degraded };
}

/** Of several who wait for the same, each may give up by itself. */
async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return promise;
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function usualSockets(): readonly string[] {
  const uid = process.getuid?.();
  const user = uid === undefined ? [] : [`/run/user/${uid}/docker.sock`, `/run/user/${uid}/podman/podman.sock`];
  return process.platform === "win32" ? ["//./pipe/docker_engine"] : ["/var/run/docker.sock", "/run/podman/podman.sock", ...user];
}

/** What a space is told by its host, and what it was given, which wins. */
function givenVariables(hostEnv: NonNullable<ContainerIsolationOptions["hostEnv"]>, policy: ResolvedPolicy, { env }: IsolationSpec): Environment {
  const proxy = policy.network.mode === "allow" ? proxyEnvironment(BRIDGE_PORT) : {};
  return mergeEnvironments(proxy, passedVariables(hostEnv, [...PASSED, ...policy.passEnv]), env ?? {});
}

/** The containers of processes of this machine that are gone, on the engine that answers. */
async function removeLeftContainers(sockets: readonly string[], signal: AbortSignal | undefined): Promise<readonly string[]> {
  const answer = await findEngine(sockets, signal);
  if ("failures" in answer) return [];
  const { api } = answer.engine;
  const removed: string[] = [];
  try {
    for (const { Id, Labels = {} } of await api.withLabel(`${HOST_LABEL}=${hostname()}`, { signal })) {
      if (await isOwnerAlive(Labels[OWNER_LABEL] ?? "")) continue;
      await api.remove(Id);
      removed.push(`container ${Id}`);
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw new IsolationFailedError("containers", { cause, doing: "sweep" });
  }
  return removed;
}

async function removeLeftDirectories(): Promise<readonly string[]> {
  const left = await directoriesLeft(LEFT_PREFIX);
  await Promise.all(left.map((path) => rm(path, { recursive: true, force: true })));
  return left;
}
