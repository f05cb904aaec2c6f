import { type EngineApi, engineApi, type EngineInfo, type EngineVersion } from "./engine-api.ts";
import { engineAt, EngineError } from "./engine.ts";

/** The version of the API that everything here is written for, and the oldest that has all of it. */
const API_VERSION = "1.44";
const OLDEST_API_VERSION = "1.41";

/** An engine that answers, and what it says that it can do. */
export interface FoundEngine {
  readonly api: EngineApi;
  readonly socketPath: string;
  readonly kind: "docker" | "podman";
  readonly version: string;
  readonly apiVersion: string;
  readonly linux: boolean;
  /** It runs as a user, and what is root in its containers is that user outside. */
  readonly rootless: boolean;
  /** The users of its containers are others outside. */
  readonly remapped: boolean;
  readonly cgroup: string;
  readonly limits: { readonly memory: boolean; readonly pids: boolean; readonly cpu: boolean };
  readonly seccomp: boolean;
  readonly runtimes: readonly string[];
}

/** Why a socket does not lead to an engine. */
export interface SocketFailure {
  readonly socketPath: string;
  readonly error: unknown;
}

/** The first engine of several sockets that answers, or why none does. */
export async function findEngine(
  socketPaths: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly engine: FoundEngine } | { readonly failures: readonly SocketFailure[] }> {
  const failures: SocketFailure[] = [];
  for (const socketPath of socketPaths) {
    try {
      return { engine: await askEngine(socketPath, signal) };
    } catch (error) {
      signal?.throwIfAborted();
      failures.push({ socketPath, error });
    }
  }
  return { failures };
}

async function askEngine(socketPath: string, signal: AbortSignal | undefined): Promise<FoundEngine> {
  const version = await engineApi(engineAt(socketPath)).version({ signal });
  const api = engineApi(engineAt(socketPath, commonVersion(version)));
  return { api, socketPath, ...factsOf(version, await api.info({ signal })) };
}

/** What both sides speak. @throws EngineError when there is no such version. */
function commonVersion({ ApiVersion, MinAPIVersion = OLDEST_API_VERSION, Version }: EngineVersion): string {
  const common = isOlder(ApiVersion, API_VERSION) ? ApiVersion : isOlder(API_VERSION, MinAPIVersion) ? MinAPIVersion : API_VERSION;
  if (isOlder(common, OLDEST_API_VERSION))
    throw new EngineError(`engine ${Version} speaks version ${ApiVersion} of the API, and ${OLDEST_API_VERSION} is needed`, {});
  return common;
}

function isOlder(one: string, other: string): boolean {
  const [[major = 0, minor = 0], [otherMajor = 0, otherMinor = 0]] = [numbersOf(one), numbersOf(other)];
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

function numbersOf(version: string): readonly number[] {
  return version.split(".").map(Number);
}

function factsOf(version: EngineVersion, info: EngineInfo): Omit<FoundEngine, "api" | "socketPath"> {
  const security = info.SecurityOptions ?? [];
  const has = (name: string): boolean => security.some((option) => option.split(",").includes(`name=${name}`));
  return {
    kind: version.Components?.some(({ Name }) => Name.startsWith("Podman")) === true ? "podman" : "docker",
    version: version.Version,
    apiVersion: version.ApiVersion,
    linux: info.OSType === "linux",
    rootless: has("rootless"),
    remapped: has("userns"),
    cgroup: info.CgroupVersion ?? "1",
    limits: { memory: info.MemoryLimit === true && info.SwapLimit === true, pids: info.PidsLimit === true, cpu: info.CpuCfsQuota === true },
    seccomp: has("seccomp"),
    runtimes: Object.keys(info.Runtimes ?? {}),
  };
}
