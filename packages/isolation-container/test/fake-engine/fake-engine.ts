import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { arch } from "node:os";
import type { Duplex } from "node:stream";
import { createBody, execBody, execStartBody } from "./bodies.ts";
import { fakeContainer, type FakeContainer, type FakeExec } from "./fake-container.ts";
import { Refused } from "./refused.ts";
import { IMAGE_PATH } from "./sandbox.ts";

export interface FakeEngine extends AsyncDisposable {
  readonly socketPath: string;
  readonly containers: ReadonlyMap<string, FakeContainer>;
  /** Requests that were made, without those that a route takes over. */
  readonly asked: readonly string[];
  /** What a real engine would have refused, or ignored in silence. */
  readonly mistakes: readonly string[];
}

export interface FakeEngineOptions {
  readonly info?: object;
  readonly version?: object;
  readonly images?: readonly string[];
  /** Every start fails with this. */
  readonly startFailure?: string;
}

const VERSION = {
  Platform: { Name: "Docker Engine - Community" },
  Components: [{ Name: "Engine", Version: "28.5.2" }],
  Version: "28.5.2",
  ApiVersion: "1.51",
  MinAPIVersion: "1.24",
  Os: "linux",
  Arch: "amd64",
  KernelVersion: "6.1.0",
};

/** Nothing that the fake cannot enforce: no memory, no processor time. */
const INFO = {
  OSType: "linux",
  CgroupDriver: "systemd",
  CgroupVersion: "2",
  ServerVersion: VERSION.Version,
  InitBinary: "docker-init",
  MemoryLimit: false,
  SwapLimit: false,
  PidsLimit: true,
  CpuCfsPeriod: false,
  CpuCfsQuota: false,
  SecurityOptions: arch() === "x64" ? ["name=seccomp,profile=builtin", "name=cgroupns"] : ["name=cgroupns"],
  Runtimes: { runc: { path: "runc" } },
  DefaultRuntime: "runc",
};

interface Call {
  readonly parts: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The HTTP API of an engine on a socket, as far as the adapter uses it, with containers that really run. */
export async function startFakeEngine(socketPath: string, options: FakeEngineOptions = {}): Promise<FakeEngine> {
  const state: State = { containers: new Map(), execs: new Map(), asked: [], mistakes: [], options };
  const open = new Set<Duplex>();
  const server = createServer((request, response) => void serve(state, request, response));
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  server.on("upgrade", (request: IncomingMessage, client: Duplex, head: Buffer) => void serveStream(state, request, { client, head }));
  server.listen(socketPath);
  await once(server, "listening");
  const { containers, asked, mistakes } = state;
  return {
    socketPath,
    containers,
    asked,
    mistakes,
    async [Symbol.asyncDispose]() {
      await Promise.all([...containers.values()].map(async (container) => container.remove()));
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const said = `${request.method} ${request.url}`;
  state.asked.push(said);
  try {
    const [status, answer] = await route(state, `${request.method}`, readCall(request, await textOf(request)));
    response.writeHead(status, answer === undefined ? {} : { "Content-Type": "application/json" });
    response.end(answer === undefined ? undefined : JSON.stringify(answer));
  } catch (error) {
    const { status, message } = refusalOf(error, () => state.mistakes.push(`${said}: ${String(error)}`));
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify({ message }));
  }
}

/** A request whose connection becomes the stream of a container. */
async function serveStream(
  state: State,
  request: IncomingMessage,
  { client, head }: { readonly client: Duplex; readonly head: Buffer },
): Promise<void> {
  try {
    takeOver(state, readCall(request, await bodyOf(request, client, head)), client);
  } catch (error) {
    const { status, message } = refusalOf(error, () => state.mistakes.push(`${request.url}: ${String(error)}`));
    const body = JSON.stringify({ message });
    const head = [`HTTP/1.1 ${status} Refused`, "Content-Type: application/json", `Content-Length: ${Buffer.byteLength(body)}`, "Connection: close"];
    client.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  }
}

interface State {
  readonly containers: Map<string, FakeContainer>;
  readonly execs: Map<string, FakeExec>;
  readonly asked: string[];
  readonly mistakes: string[];
  readonly options: FakeEngineOptions;
}

function refusalOf(error: unknown, onMistake: () => void): { readonly status: number; readonly message: string } {
  if (error instanceof Refused) return error;
  onMistake();
  return { status: 400, message: String(error) };
}

/** Without the version, which has to be one that the engine speaks. */
function readCall({ url = "" }: IncomingMessage, body: string): Call {
  const { pathname, searchParams } = new URL(url, "http://engine");
  const [, version, path = pathname] = /^\/v([\d.]+)(\/.*)$/.exec(pathname) ?? [];
  const minor = Number(version?.split(".")[1] ?? 51);
  if (minor > 51) throw new Refused(400, `client version ${version} is too new. Maximum supported API version is 1.51`);
  if (minor < 24)
    throw new Refused(
      400,
      `client version ${version} is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version`,
    );
  return { parts: path.split("/").slice(1), query: Object.fromEntries(searchParams), body };
}

type Answer = readonly [status: number, body?: unknown];

async function route(state: State, method: string, call: Call): Promise<Answer> {
  const { parts } = call;
  const [kind = "", name = "", action = ""] = parts;
  const key = `${method} ${kind}`;
  if (key === "GET version") return [200, { ...VERSION, ...state.options.version }];
  if (key === "GET info") return [200, { ...INFO, ...state.options.info }];
  if (key === "GET images") return image(state, parts.slice(1, -1).join("/"));
  if (`${key}/${name}` === "POST containers/create") return create(state, call);
  if (`${key}/${name}` === "GET containers/json") return list(state, call);
  if (key === "GET exec" && action === "json") return inspectExec(state, name);
  if (kind === "containers") return ofContainer(containerOf(state, name), `${method} ${action}`, { state, call });
  throw new Error(`the fake has no ${method} /${parts.join("/")}`);
}

async function ofContainer(container: FakeContainer, verb: string, { state, call }: { readonly state: State; readonly call: Call }): Promise<Answer> {
  const { query, body } = call;
  switch (verb) {
    case "POST start":
      expectNoBody(body);
      if (container.status === "running") return [304];
      if (state.options.startFailure !== undefined) throw new Refused(500, state.options.startFailure);
      await container.start();
      return [204];
    case "POST exec":
      return createExec(state, container, body);
    case "POST wait":
      if (query.condition !== "removed") throw new Error("the fake waits for nothing but a removal");
      await container.gone;
      return [200, { StatusCode: 137 }];
    case "DELETE ":
      return remove(container, query);
    case "GET json":
      return [
        200,
        { Id: container.id, State: { Status: container.status, Running: container.status === "running", OOMKilled: container.oomKilled } },
      ];
    case "GET stats":
      if (query.stream !== "false" || query["one-shot"] !== "true") throw new Error("the fake gives statistics once");
      return [200, { id: container.id, cpu_stats: { cpu_usage: { total_usage: await container.cpuNanoseconds() } }, memory_stats: {} }];
    default:
      throw new Error(`the fake has no ${verb} of a container`);
  }
}

function image({ options }: Pick<State, "options">, name: string): Answer {
  if (!(options.images ?? ["fake:1"]).includes(name)) throw new Refused(404, `No such image: ${name}`);
  return [200, { Id: "sha256:fake", RepoTags: [name], Os: "linux", Config: { Env: [`PATH=${IMAGE_PATH}`], Cmd: ["node"] } }];
}

function create({ containers, options }: State, { query, body }: Call): Answer {
  if (Object.keys(query).length > 0) throw new Error(`the fake takes no ${Object.keys(query).join()}`);
  const wanted = createBody.parse(JSON.parse(body));
  image({ options }, wanted.Image);
  const { Memory, NanoCpus, Runtime } = wanted.HostConfig;
  const info = { ...INFO, ...options.info };
  if (Runtime !== undefined && !(Runtime in info.Runtimes)) throw new Refused(400, `unknown or invalid runtime name: ${Runtime}`);
  // An engine says so in a warning, and goes on without it.
  if (Memory !== undefined && !info.MemoryLimit) throw new Error("the fake cannot limit memory");
  if (NanoCpus !== undefined && !info.CpuCfsQuota) throw new Error("the fake cannot limit processors");
  const container = fakeContainer(wanted, (id) => containers.delete(id));
  containers.set(container.id, container);
  return [201, { Id: container.id, Warnings: [] }];
}

function list({ containers }: State, { query: { all, filters = "{}" } }: Call): Answer {
  const { label = [] } = JSON.parse(filters) as { readonly label?: readonly string[] };
  const has = ({ body }: FakeContainer): boolean =>
    label.every((wanted) => Object.entries(body.Labels).some(([name, value]) => wanted === name || wanted === `${name}=${value}`));
  const shown = [...containers.values()].filter((container) => has(container) && (all === "true" || container.status === "running"));
  return [
    200,
    shown.map(({ id, body, status }) => ({ Id: id, Names: [`/${id.slice(0, 12)}`], Image: body.Image, Labels: body.Labels, State: status })),
  ];
}

async function remove(container: FakeContainer, { force, v }: Call["query"]): Promise<Answer> {
  if (v !== "true") throw new Error("volumes would stay");
  if (container.removing) throw new Refused(409, `removal of container ${container.id} is already in progress`);
  if (container.status === "running" && force !== "true")
    throw new Refused(409, `cannot remove container "${container.id}": container is running: stop the container before removing or force remove`);
  await container.remove();
  return [204];
}

function createExec({ execs }: State, container: FakeContainer, text: string): Answer {
  const body = execBody.parse(JSON.parse(text));
  if (container.status !== "running") throw new Refused(409, `container ${container.id} is not running`);
  const id = randomBytes(32).toString("hex");
  execs.set(id, { id, container, body, running: false, exitCode: null, over: undefined });
  return [201, { Id: id }];
}

/** An engine forgets what ran in a container together with the container. Until its streams have ended, it makes who asks wait. */
async function inspectExec({ execs, containers }: State, id: string): Promise<Answer> {
  const exec = execs.get(id);
  if (exec?.exitCode !== null) await exec?.over;
  if (!exec || !containers.has(exec.container.id)) throw new Refused(404, `No such exec instance: ${id}`);
  return [200, { ID: id, Running: exec.running, ExitCode: exec.exitCode, ContainerID: exec.container.id }];
}

function takeOver(state: State, { parts: [kind = "", name = "", action = ""], query, body }: Call, client: Duplex): void {
  const upgraded = (type: string): void =>
    void client.write(`HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.${type}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`);
  if (kind === "containers" && action === "attach") {
    if (query.stream !== "1" || query.stdin !== "1") throw new Error("the fake attaches to standard input");
    expectNoBody(body);
    const container = containerOf(state, name);
    upgraded("multiplexed-stream");
    container.attach(client, { output: query.stdout === "1" || query.stderr === "1" });
    return;
  }
  if (kind !== "exec" || action !== "start") throw new Error(`the fake does not give up the connection for ${kind} ${action}`);
  execStartBody.parse(JSON.parse(body));
  const exec = state.execs.get(name);
  if (!exec) throw new Refused(404, `No such exec instance: ${name}`);
  if (exec.container.status !== "running") throw new Refused(409, `container ${exec.container.id} is not running`);
  upgraded("multiplexed-stream");
  exec.container.exec(exec, client);
}

function containerOf({ containers }: State, id: string): FakeContainer {
  const found = containers.get(id);
  if (!found) throw new Refused(404, `No such container: ${id}`);
  return found;
}

function expectNoBody(body: string): void {
  if (body !== "") throw new Error(`a body that nobody reads: ${body}`);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Of a request whose connection is taken over the server reads no body. What comes after it belongs to the stream. */
async function bodyOf({ headers }: IncomingMessage, client: Duplex, head: Buffer): Promise<string> {
  const length = Number(headers["content-length"] ?? Number.NaN);
  if (Number.isNaN(length)) throw new Error("a request to take over needs the length of its body");
  let read = head;
  while (read.length < length) {
    const [chunk] = (await once(client, "data")) as [Buffer];
    read = Buffer.concat([read, chunk]);
  }
  client.pause();
  if (read.length > length) client.unshift(read.subarray(length));
  return read.subarray(0, length).toString();
}
