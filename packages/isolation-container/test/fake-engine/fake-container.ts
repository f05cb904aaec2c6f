import { randomBytes } from "node:crypto";
import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Duplex } from "node:stream";
import type { CreateBody, ExecBody } from "./bodies.ts";
import { Refused } from "./refused.ts";
import { type FromAgent, IMAGE_PATH, type Sandbox, startSandbox } from "./sandbox.ts";

/** As long as an engine waits for streams that something in the background holds: `daemon/monitor.go` of moby. */
const HELD_STREAMS_MS = 2000;
const NANOSECONDS_A_TICK = 1e7;
const MAIN = "main";

export interface FakeExec {
  readonly id: string;
  readonly container: FakeContainer;
  readonly body: ExecBody;
  running: boolean;
  exitCode: number | null;
  /** Resolves when its streams have ended. */
  over: Promise<void> | undefined;
}

export interface FakeContainer {
  readonly id: string;
  readonly body: CreateBody;
  status: "created" | "running" | "exited";
  oomKilled: boolean;
  removing: boolean;
  readonly gone: Promise<void>;
  /** Who hears no output is not told of the end either: `container/stream/attach.go` of moby. */
  attach(client: Duplex, how: { readonly output: boolean }): void;
  start(): Promise<void>;
  exec(exec: FakeExec, client: Duplex): void;
  /** Kills everything in it, and removes it. */
  remove(): Promise<void>;
  cpuNanoseconds(): Promise<number>;
}

/** @param forget called when it is removed. */
export function fakeContainer(body: CreateBody, forget: (id: string) => void): FakeContainer {
  const id = randomBytes(32).toString("hex");
  const gone = Promise.withResolvers<void>();
  const receivers = new Map<string, (message: FromAgent) => void>();
  const stdin = firstInput(body);
  let sandbox: Sandbox | undefined;

  const container: FakeContainer = {
    id,
    body,
    status: "created",
    oomKilled: false,
    removing: false,
    gone: gone.promise,
    attach: (client, how) => stdin.attach(client, how),
    async start() {
      sandbox = await startMain(body, receivers);
      container.status = "running";
      stdin.pipeTo(sandbox);
      void sandbox.ended.then(async () => {
        container.status = "exited";
        stdin.close();
        if (body.HostConfig.AutoRemove) await container.remove();
      });
    },
    exec(exec, client) {
      if (!sandbox) throw new Refused(409, `container ${id} is not running`);
      exec.over = runExec({ exec, client, sandbox, receivers });
    },
    async remove() {
      if (container.removing) return gone.promise;
      container.removing = true;
      await sandbox?.kill();
      stdin.close();
      forget(id);
      gone.resolve();
    },
    cpuNanoseconds: async () => (sandbox ? ticksOf(sandbox.pid) : 0),
  };
  return container;
}

async function startMain(body: CreateBody, receivers: Map<string, (message: FromAgent) => void>): Promise<Sandbox> {
  const env = containerEnv(body);
  const sandbox = await startSandbox(body, env, (message) => receivers.get(message.id)?.(message)).catch((error: Error) => {
    throw new Refused(500, `failed to create task for container: ${error.message}`);
  });
  receivers.set(MAIN, ({ type }) => (type === "exit" || type === "failed" ? void sandbox.kill() : undefined));
  sandbox.tell({ type: "start", id: MAIN, argv: [...body.Entrypoint, ...body.Cmd], env, cwd: body.WorkingDir, stdin: body.OpenStdin });
  return sandbox;
}

/** The standard input of the first process, as long as somebody is attached to it. */
function firstInput({ StdinOnce }: CreateBody) {
  const attached = new Set<Duplex>();
  let sandbox: Sandbox | undefined;
  let ended = false;
  // Whoever held it has let go, or has died: with StdinOnce, and only with it, the input ends.
  const letGo = (): void => {
    ended ||= StdinOnce;
    if (ended) sandbox?.tell({ type: "end", id: MAIN });
  };
  return {
    attach(client: Duplex, { output }: { readonly output: boolean }): void {
      if (output) attached.add(client);
      client.on("error", () => undefined);
      client.on("data", (data: Buffer) => sandbox?.tell({ type: "input", id: MAIN, data: data.toString("base64") }));
      client.once("end", letGo).once("close", letGo).resume();
    },
    pipeTo(to: Sandbox): void {
      sandbox = to;
      if (ended) letGo();
    },
    close(): void {
      for (const client of attached) client.destroy();
    },
  };
}

interface ExecRun {
  readonly exec: FakeExec;
  readonly client: Duplex;
  readonly sandbox: Sandbox;
  readonly receivers: Map<string, (message: FromAgent) => void>;
}

async function runExec({ exec, client, sandbox, receivers }: ExecRun): Promise<void> {
  const [exited, closed] = [Promise.withResolvers<number>(), Promise.withResolvers<void>()];
  client.on("error", () => undefined);
  receivers.set(exec.id, (message) => {
    if (message.type === "exit") exited.resolve(message.code);
    else if (message.type === "close") closed.resolve();
    else if (message.type === "failed") {
      client.write(frame(1, Buffer.from(`OCI runtime exec failed: exec failed: unable to start container process: ${message.message}: unknown\r\n`)));
      exited.resolve(127);
    } else client.write(frame(message.type === "stdout" ? 1 : 2, Buffer.from(message.data, "base64")));
  });
  if (exec.body.AttachStdin) {
    client.on("data", (data: Buffer) => sandbox.tell({ type: "input", id: exec.id, data: data.toString("base64") }));
    client.once("end", () => sandbox.tell({ type: "end", id: exec.id }));
  }
  client.resume();

  const { Cmd, Env, WorkingDir: cwd = exec.container.body.WorkingDir, AttachStdin: stdin } = exec.body;
  exec.running = true;
  sandbox.tell({ type: "start", id: exec.id, argv: Cmd, env: { ...containerEnv(exec.container.body), ...table(Env) }, cwd, stdin });
  exec.exitCode = await Promise.race([exited.promise, sandbox.ended.then(() => 137)]);
  const late = new AbortController();
  await Promise.race([closed.promise, sandbox.ended, delay(HELD_STREAMS_MS, undefined, { signal: late.signal })]);
  late.abort();
  exec.running = false;
  client.end(() => client.destroy());
}

/** The stream, three zeros, the length: the format of `attach` in the reference of the API. */
function frame(stream: number, data: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

function containerEnv({ Env, Hostname }: CreateBody): Record<string, string> {
  return { PATH: IMAGE_PATH, HOSTNAME: Hostname ?? "host", HOME: "/", ...table(Env) };
}

function table(env: readonly string[]): Record<string, string> {
  return Object.fromEntries(env.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

/** Of all processes in the namespace of this one. */
async function ticksOf(first: number): Promise<number> {
  const namespace = await readlink(`/proc/${first}/ns/pid`).catch(() => undefined);
  let ticks = 0;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    if (namespace === undefined || (await readlink(`/proc/${pid}/ns/pid`).catch(() => "")) !== namespace) continue;
    const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field] ?? 0), 0);
  }
  return ticks * NANOSECONDS_A_TICK;
}
