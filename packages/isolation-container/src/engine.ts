import { Agent } from "node:http";
import type { Socket } from "node:net";
import type Modem from "docker-modem";

/** How long the engine may take to answer, in milliseconds, where it does no more than answer. */
const ANSWER_MS = 30_000;
const LOWEST_ERROR = 400;
const HIGHEST_STATUS = 599;

export interface EngineRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Without the version and the query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
}

/** The HTTP API of a container engine, on its socket. */
export interface Engine {
  readonly socketPath: string;
  /** The answer as JSON; `undefined` when it has none. @throws EngineError. */
  ask<Answer>(request: EngineRequest): Promise<Answer>;
  /** The connection itself, after the engine has given it up for the streams of a container. @throws EngineError. */
  takeOver(request: EngineRequest): Promise<Socket>;
}

/** What the engine answered instead, or why it did not answer. Never leaves this package. */
export class EngineError extends Error {
  /** Of HTTP. `undefined`: there was no answer. */
  readonly status: number | undefined;
  /** Of the connection: `ENOENT`, `EACCES`, `ECONNREFUSED`. */
  readonly code: string | undefined;

  constructor(message: string, { status, cause }: { readonly status?: number | undefined; readonly cause?: unknown }) {
    super(message, { cause });
    this.status = status;
    this.code = (cause as NodeJS.ErrnoException | undefined)?.code;
  }
}

/** @param version of the API, such as `1.44`. Without one, what the engine takes for its own. */
export function engineAt(socketPath: string, version?: string): Engine {
  let loading: Promise<Modem> | undefined;
  const modem = async (): Promise<Modem> => (loading ??= openModem(socketPath, version));
  return {
    socketPath,
    ask: async <Answer>(request: EngineRequest) => {
      const answer = await dial(await modem(), request, {});
      return (Buffer.isBuffer(answer) ? undefined : answer) as Answer;
    },
    takeOver: async (request) => {
      const taken = await dial(await modem(), request, { hijack: true, isStream: true });
      if (isSocket(taken)) return taken;
      throw new EngineError("the engine does not give the connection up", {});
    },
  };
}

/** Only who calls an engine loads the library, which brings along what it needs for SSH. */
async function openModem(socketPath: string, version: string | undefined): Promise<Modem> {
  const { default: Client } = await import("docker-modem");
  return new Client({
    socketPath,
    // All that it would otherwise take from the environment.
    host: undefined,
    protocol: "http",
    timeout: undefined,
    // A connection that is kept would be broken after the engine was started anew, and a new one costs next to nothing here.
    agent: new Agent({ keepAlive: false }),
    ...(version === undefined ? {} : { version: `v${version}` }),
  });
}

function isSocket(answer: unknown): answer is Socket {
  return typeof answer === "object" && answer !== null && "setNoDelay" in answer;
}

type Answer = Parameters<Modem.RequestCallback>[1];

async function dial(modem: Modem, request: EngineRequest, how: { readonly hijack?: true; readonly isStream?: true }): Promise<Answer> {
  request.signal?.throwIfAborted();
  const waiting = how.hijack === undefined && request.query?.condition === undefined;
  const signals = [...(waiting ? [AbortSignal.timeout(ANSWER_MS)] : []), ...(request.signal ? [request.signal] : [])];
  return new Promise((resolve, reject) => {
    modem.dial({ ...dialOptions(request), ...how, ...(signals.length > 0 ? { abortSignal: AbortSignal.any(signals) } : {}) }, (error, answer) => {
      if (!error) return resolve(answer);
      if (request.signal?.aborted === true) return reject(request.signal.reason as Error);
      reject(engineError(error));
    });
  });
}

function dialOptions({ method, path, query, body }: EngineRequest): Modem.DialOptions {
  return {
    path: query ? `${path}?` : path,
    method,
    // An empty file is the way to send nothing at all with a POST.
    ...(body === undefined && method === "POST" ? { file: Buffer.alloc(0), headers: { "Content-Type": "text/plain" } } : {}),
    ...(query || body ? { options: { _query: query ?? {}, ...(body ? { _body: body } : {}) } } : {}),
    statusCodes: SUCCESS,
  };
}

/** Every status below the errors is a success. */
const SUCCESS: Modem.StatusCodes = Object.fromEntries(
  Array.from({ length: HIGHEST_STATUS }, (_, status) => [status, status < LOWEST_ERROR ? true : `status ${status}`]),
);

function engineError(error: Error): EngineError {
  const { statusCode, json } = error as { readonly statusCode?: number; readonly json?: unknown };
  const said = (json as { readonly message?: unknown } | null | undefined)?.message;
  return new EngineError(typeof said === "string" ? said : error.message.trim(), { status: statusCode, cause: error });
}
