import { AsyncLocalStorage } from "node:async_hooks";
import { execFile } from "node:child_process";
import { scrypt } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { readFile } from "node:fs";
import { open } from "node:fs/promises";
import { Agent, createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { MessageChannel, Worker } from "node:worker_threads";
import { gzip } from "node:zlib";

/** What code that knows nothing of runs sees of the process. */
const look = (): string => `${process.env.RUN} in ${process.cwd()}, so ${resolve("file")}`;

/** What a run has to see. */
export const sight = (run: string, directory: string): string => `${run} in ${directory}, so ${join(directory, "file")}`;

/** What all runs use together. */
export interface Together extends AsyncDisposable {
  readonly file: string;
  readonly url: string;
  readonly agent: Agent;
  readonly worker: Worker;
  /** Does jobs in the order in which they come, a few at a time. */
  readonly pool: <Result>(job: () => Promise<Result>) => Promise<Result>;
  /** Says `hear` while somebody of any run speaks. */
  readonly bus: EventEmitter;
}

/** A run, as its code knows itself. */
export interface Run {
  readonly id: string;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Has the host abort the signal, soon. */
  readonly askForAbort: () => void;
}

/** Takes a way through something asynchronous, and gives what is seen at its end. */
export type Way = (together: Together, run: Run) => unknown;

export const WAYS: Readonly<Record<string, Way>> = {
  "at once": look,
  "a microtask": () => Promise.resolve().then(look),
  "a queued microtask": () => called((back) => queueMicrotask(back)),
  "the next tick": () => called((back) => process.nextTick(back)),
  "a timer": () => called((back) => setTimeout(back, Math.random() * 5)),
  "a turn": async () => (await nextTurn(), look()),
  "a file": ({ file }) => called((back) => readFile(file, back)),
  "a file handle": async ({ file }) => {
    await using handle = await open(file);
    await handle.readFile();
    return look();
  },
  "a stream": async () => {
    let seen = "";
    const watching = async function* (pieces: AsyncIterable<string>) {
      for await (const piece of pieces) {
        seen = look();
        yield piece;
      }
    };
    await pipeline(Readable.from(["piece"]), watching, new PassThrough().resume());
    return seen;
  },
  lines: async () => {
    for await (const _line of createInterface({ input: Readable.from(["line\n"]) })) return look();
    return "no line";
  },
  compression: () => called((back) => gzip("text", back)),
  "a hash": () => called((back) => scrypt("word", "salt", 16, { N: 16 }, back)),
  "a connection that is used again": ({ url, agent }) => called((back) => get(url, { agent }, (reply) => reply.resume().once("end", back))),
  fetch: async ({ url }) => {
    await (await fetch(url)).text();
    return look();
  },
  "a job of a pool that is busy": ({ pool }) =>
    pool(async () => {
      await delay(1);
      return look();
    }),
  "a worker": ({ worker }) => {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage(port2, [port2]);
    return called((back) => port1.once("message", () => (port1.close(), back())));
  },
  "a thenable": async () => {
    let seen = "";
    // oxlint-disable-next-line unicorn/no-thenable -- it is the subject
    await { then: (done: () => void) => ((seen = look()), done()) };
    return seen;
  },
  "a listener at the signal, which somebody else aborts": (_together, { signal, askForAbort }) =>
    called((back) => {
      signal.addEventListener("abort", back);
      askForAbort();
    }),
  "an event that another run emits, heard by a bound listener": ({ bus }) => called((back) => bus.once("hear", AsyncLocalStorage.bind(back))),
  "what was written before": async () => {
    const before = look();
    process.env.WRITTEN = before;
    await delay(Math.random() * 5);
    return process.env.WRITTEN;
  },
};

/** Takes long to start, and so not everybody goes this way. */
export const CHILD_PROCESS: Way = ({ pool }) =>
  pool(async () => {
    const { stdout } = await promisify(execFile)("printenv", ["RUN"]);
    return look().replace(/^\S+/, stdout.trim());
  });

/** The end of what calls back. */
function called(start: (back: () => void) => unknown): Promise<string> {
  return new Promise((done) => void start(() => done(look())));
}

export async function openTogether(file: string): Promise<Together> {
  const server = createServer((_request, reply) => reply.end("reply")).listen({ port: 0, host: "127.0.0.1", backlog: 4096 });
  // However busy the machine is.
  server.keepAliveTimeout = 0;
  await once(server, "listening");
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const worker = new Worker("require('node:worker_threads').parentPort.on('message', (port) => port.postMessage('reply'))", { eval: true });
  const bus = new EventEmitter().setMaxListeners(0);
  const speaking = setInterval(() => bus.emit("hear"), 1);
  return {
    file,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    agent,
    worker,
    pool: busyPool(4),
    bus,
    async [Symbol.asyncDispose]() {
      clearInterval(speaking);
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await worker.terminate();
    },
  };
}

/** Whoever is done does what waits next, for whomever: so each job is bound to who gave it. */
function busyPool(size: number): Together["pool"] {
  const waiting: (() => Promise<void>)[] = [];
  let busy = 0;
  async function work(): Promise<void> {
    busy += 1;
    for (let job = waiting.shift(); job; job = waiting.shift()) await job();
    busy -= 1;
  }
  return (job) => {
    const { promise, resolve: give } = Promise.withResolvers<Awaited<ReturnType<typeof job>>>();
    waiting.push(AsyncLocalStorage.bind(async () => give(await job())));
    if (busy < size) void work();
    return promise;
  };
}
