import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { HostUser } from "./change-owner.ts";
import { isThere, type KnownProcess, knownProcess } from "./host-processes.ts";
import { eachLine } from "./lines.ts";

/** How long the supervisor may take to answer. It only ever works for microseconds. */
const ANSWER_MS = 2000;
const SAID_CHARS = 4096;

/** The program that makes a sandbox, and becomes bwrap if it is not. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  readonly user: HostUser | undefined;
  /** Path of the filter of system calls. */
  readonly filter: string;
  /** Open files of this process that would get into the sandbox. */
  readonly inherited: readonly number[];
}

/** `-1`: all but the supervisor. Less: the group of a process. */
export type SignalTarget = number;

/** A sandbox that is alive, with nothing in it but its supervisor. */
export interface Sandbox {
  /** bwrap itself, outside. */
  readonly monitor: number;
  /** Its first process, as the host counts. When that ends, nothing of the sandbox is alive. */
  readonly first: KnownProcess;
  /** With what bwrap had to say, if anything, when nothing of it is alive. Never rejects. */
  readonly ended: Promise<string>;
  isOver(): boolean;
  run(slot: string): void;
  signal(signal: "TERM" | "KILL", target: SignalTarget): void;
  /** Whether there is such a process. A supervisor that does not answer was tampered with, and then the sandbox is ended. */
  isAlive(target: SignalTarget): Promise<boolean>;
  /** Ends everything in it, at once. */
  kill(): Promise<void>;
}

/** Starts a sandbox and waits until it takes commands. @throws SandboxFailure with what bwrap said. */
export async function openSandbox(launch: Launch): Promise<Sandbox> {
  const child = start(launch);
  const [, , stderr, control, report, , status] = child.stdio as unknown as [null, null, Readable, Writable, Readable, null, Readable];
  const said = textOf(stderr);
  control.on("error", () => undefined);
  const first = firstProcess(status);
  const answers = readAnswers(report);
  let over = false;
  const ended = endOf(child, first, said).finally(() => (over = true));
  const kill = async (): Promise<void> => {
    const known = await Promise.race([first, ended.then(() => undefined)]);
    // Only its first process takes all others with it, before it is gone itself.
    if (!over) endProcess(known, child);
    await ended;
  };
  const ready = await Promise.race([Promise.all([first, answers.ready]), ended]);
  if (typeof ready === "string" || ready[0] === undefined) {
    child.kill("SIGKILL");
    throw new Error(`bwrap ended before the sandbox was ready: ${await ended}`);
  }
  const send = (line: string): void => void control.write(`${line}\n`);
  return {
    monitor: child.pid ?? 0,
    first: ready[0],
    ended,
    isOver: () => over,
    run: (slot) => send(`run ${slot}`),
    signal: (signal, target) => send(`signal ${signal} ${target}`),
    async isAlive(target) {
      const answer = answers.next(target);
      send(`alive ${target}`);
      const late = new AbortController();
      const told = await Promise.race([answer, ended.then(() => false), delay(ANSWER_MS, undefined, { signal: late.signal }).catch(() => undefined)]);
      late.abort();
      if (told === undefined) await kill();
      return told ?? false;
    },
    kill,
  };
}

function start({ program, args, user, filter, inherited }: Launch): ChildProcess {
  const [rules, nothing] = [openSync(filter, "r"), openSync("/dev/null", "r")];
  const own = ["ignore", "ignore", "pipe", "pipe", "pipe", rules, "pipe"] as const;
  const most = Math.max(own.length - 1, ...inherited);
  // What is ignored stays as it is from the fourth on: libuv only replaces what it is given something for.
  const others = Array.from({ length: most + 1 - own.length }, (_, at) => (inherited.includes(at + own.length) ? nothing : "ignore"));
  try {
    return spawn(program, args, {
      stdio: [...own, ...others],
      env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" },
      cwd: "/",
      // The keyboard of a terminal ends this process, and this process the sandbox.
      detached: true,
      ...user,
    });
  } finally {
    closeSync(rules);
    closeSync(nothing);
  }
}

function endProcess(first: KnownProcess | undefined, child: ChildProcess): void {
  try {
    if (first) process.kill(first.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch {
    // It ended by itself just now.
  }
}

async function endOf(child: ChildProcess, first: Promise<KnownProcess | undefined>, said: () => string): Promise<string> {
  const why = await once(child, "exit").then(
    () => "",
    (error: unknown) => (error as Error).message,
  );
  const known = await first;
  // bwrap ends with the supervisor; the kernel then ends the others.
  if (known) await vanished(known);
  return [why, said()].filter((text) => text !== "").join(": ");
}

async function vanished(first: KnownProcess): Promise<void> {
  while (isThere(first)) await delay(2);
}

/** The first thing that bwrap tells. `undefined` when it ended without. */
async function firstProcess(status: Readable): Promise<KnownProcess | undefined> {
  const pid = await new Promise<number | undefined>((resolve) => {
    let text = "";
    status.on("data", (chunk: Uint8Array) => {
      text = (text + Buffer.from(chunk).toString("latin1")).slice(0, SAID_CHARS);
      const [, digits] = /"child-pid":\s*(\d+)/.exec(text) ?? [];
      if (digits !== undefined) resolve(Number(digits));
    });
    status.on("error", () => undefined).on("close", () => resolve(undefined));
  });
  return pid === undefined ? undefined : knownProcess(pid);
}

interface Answers {
  readonly ready: Promise<void>;
  next(target: SignalTarget): Promise<boolean>;
}

function readAnswers(report: Readable): Answers {
  const ready = Promise.withResolvers<void>();
  const asked: { readonly target: SignalTarget; readonly tell: (alive: boolean) => void }[] = [];
  eachLine(report, (line) => {
    if (line === "ready") return ready.resolve();
    const [, word, target] = /^(alive|gone) (-?\d+)$/.exec(line) ?? [];
    const at = asked.findIndex((question) => question.target === Number(target));
    if (word !== undefined && at >= 0) asked.splice(at, 1)[0]?.tell(word === "alive");
  });
  return { ready: ready.promise, next: (target) => new Promise((tell) => void asked.push({ target, tell })) };
}

function textOf(stream: Readable): () => string {
  let text = "";
  stream.on("data", (chunk: Uint8Array) => void (text = (text + Buffer.from(chunk).toString()).slice(0, SAID_CHARS)));
  stream.on("error", () => undefined);
  return () => text.trim();
}
