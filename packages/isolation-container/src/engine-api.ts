import type { Socket } from "node:net";
import type { ContainerBody } from "./container-body.ts";
import { type Engine, EngineError } from "./engine.ts";

const NOT_FOUND = 404;
const CONFLICT = 409;

/** What `GET /version` tells, as far as it is used. */
export interface EngineVersion {
  readonly Version: string;
  readonly ApiVersion: string;
  readonly MinAPIVersion?: string;
  readonly KernelVersion?: string;
  readonly Components?: readonly { readonly Name: string }[];
}

/** What `GET /info` tells, as far as it is used. */
export interface EngineInfo {
  readonly OSType?: string;
  readonly CgroupVersion?: string;
  readonly MemoryLimit?: boolean;
  readonly SwapLimit?: boolean;
  readonly PidsLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
  readonly SecurityOptions?: readonly string[] | null;
  readonly Runtimes?: Readonly<Record<string, unknown>>;
}

export interface EngineImage {
  readonly Id: string;
  readonly Config?: { readonly Env?: readonly string[] | null } | null;
}

export interface ExecBody {
  readonly AttachStdin: boolean;
  readonly AttachStdout: true;
  readonly AttachStderr: true;
  readonly Tty: false;
  readonly Cmd: readonly string[];
  readonly Env: readonly string[];
}

export interface ExecState {
  readonly Running: boolean;
  readonly ExitCode: number | null;
}

export interface ContainerStats {
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
}

export interface ListedContainer {
  readonly Id: string;
  readonly Names?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
}

type Waiting = { readonly signal?: AbortSignal | undefined };

/** The calls of the API that a container of ours needs, since version 1.41. See https://docs.docker.com/reference/api/engine/. */
export function engineApi(engine: Engine) {
  const post = <Answer>(path: string, body?: object): Promise<Answer> =>
    engine.ask<Answer>(body ? { method: "POST", path, body } : { method: "POST", path });
  return {
    version: ({ signal }: Waiting = {}) => engine.ask<EngineVersion>({ method: "GET", path: "/version", signal }),
    info: ({ signal }: Waiting = {}) => engine.ask<EngineInfo>({ method: "GET", path: "/info", signal }),
    /** `undefined`: it is not here. */
    image: (name: string, { signal }: Waiting = {}) =>
      engine.ask<EngineImage>({ method: "GET", path: `/images/${name}/json`, signal }).catch(unlessMissing),
    create: async (body: ContainerBody) => (await post<{ readonly Id: string }>("/containers/create", body)).Id,
    /**
     * The standard input of its first process. When the connection ends, in whatever way, so does that input. And the connection
     * ends with the container: only for who hears its output, too, Docker sees to that.
     */
    attach: (id: string): Promise<Socket> =>
      engine.takeOver({ method: "POST", path: `/containers/${id}/attach`, query: { stream: "1", stdin: "1", stdout: "1", stderr: "1" } }),
    start: (id: string) => post<void>(`/containers/${id}/start`),
    oomKilled: async (id: string): Promise<boolean> => {
      const { State } = await engine.ask<{ readonly State?: { readonly OOMKilled?: boolean } }>({ method: "GET", path: `/containers/${id}/json` });
      return State?.OOMKilled === true;
    },
    stats: (id: string) =>
      engine.ask<ContainerStats>({ method: "GET", path: `/containers/${id}/stats`, query: { stream: "false", "one-shot": "true" } }),
    /** Ends all its processes, and resolves when it is gone with its volumes. */
    async remove(id: string): Promise<void> {
      const removed = await engine.ask({ method: "DELETE", path: `/containers/${id}`, query: { force: "true", v: "true" } }).then(
        () => true,
        (error: unknown) => isStatus(error, NOT_FOUND) || refuse(error),
      );
      // It ends by itself at the same moment, and the engine removes it.
      if (!removed) await engine.ask({ method: "POST", path: `/containers/${id}/wait`, query: { condition: "removed" } }).catch(unlessMissing);
    },
    createExec: async (id: string, body: ExecBody) => (await post<{ readonly Id: string }>(`/containers/${id}/exec`, body)).Id,
    startExec: (exec: string): Promise<Socket> =>
      engine.takeOver({ method: "POST", path: `/exec/${exec}/start`, body: { Detach: false, Tty: false } }),
    /** `undefined`: its container is gone. */
    exec: (exec: string) => engine.ask<ExecState>({ method: "GET", path: `/exec/${exec}/json` }).catch(unlessMissing),
    withLabel: (label: string, { signal }: Waiting = {}) =>
      engine.ask<readonly ListedContainer[]>({
        method: "GET",
        path: "/containers/json",
        query: { all: "true", filters: JSON.stringify({ label: [label] }) },
        signal,
      }),
  };
}

export type EngineApi = ReturnType<typeof engineApi>;

/** Whether the engine knows no such thing, or it is not in a state for what was asked. */
export function isGone(error: unknown): boolean {
  return isStatus(error, NOT_FOUND) || isStatus(error, CONFLICT);
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof EngineError && error.status === status;
}

/** Only a removal that is under way is no failure. */
function refuse(error: unknown): false {
  if (isStatus(error, CONFLICT)) return false;
  throw error;
}

function unlessMissing(error: unknown): undefined {
  if (isStatus(error, NOT_FOUND)) return undefined;
  throw error;
}
