import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redactor } from "@dad/secrets";
import { ReadBuffer, serializeMessage, type Transport } from "@modelcontextprotocol/client";
import type { Connected } from "./connection.ts";
import { textTail } from "./text-tail.ts";

export interface ServerToStart {
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  /** All of it. */
  readonly env: Readonly<Record<string, string>>;
  readonly messageBytes: number | undefined;
  /** Of the secrets that it is given. */
  readonly redactor: Redactor;
}

const MESSAGE_BYTES = 10 * 1024 * 1024;

/**
 * Starts a program in a process group of its own, and speaks with it in lines.
 *
 * @throws what the system says of a program that cannot be started.
 */
export async function startServer({ command, env, cwd, messageBytes = MESSAGE_BYTES, redactor }: ServerToStart): Promise<Connected> {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    env,
    stdio: ["pipe", "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
    ...(cwd && { cwd }),
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await once(child, "spawn").catch((cause: unknown) => {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    throw new Error(
      `${program} cannot be started${missing ? `: there is no such program in its PATH${cwd === undefined ? "" : `, or no directory ${cwd}`}` : ""}`,
      { cause },
    );
  });
  const errors = textTail(child.stderr, redactor.stream());
  const lines: Lines = { child, buffer: new ReadBuffer({ maxBufferSize: messageBytes }), noise: "" };
  const transport = lineTransport(lines, ended);
  return {
    transport,
    reached: { transport: "pipe" },
    redactor,
    trouble: () =>
      [endOf(child), wrote("its stdout has a line that is no message", lines.noise), wrote("it wrote", errors())].filter(Boolean).join("; "),
    async end() {
      await endGroup(child, ended);
    },
  };
}

/** What was heard of a program. */
interface Lines {
  readonly child: ChildProcessWithoutNullStreams;
  readonly buffer: ReadBuffer;
  /** A line that was no message. */
  noise: string;
}

function lineTransport(lines: Lines, ended: Promise<void>): Transport {
  const { child, buffer } = lines;
  const transport: Transport = {
    async start() {
      child.stdout.on("data", (chunk: Buffer) => hear(lines, transport, chunk));
      // It may have gone by then: whoever waits for an answer hears that from its end.
      for (const stream of [child.stdin, child.stdout, child]) stream.on("error", (error) => transport.onerror?.(error));
      void ended.then(() => transport.onclose?.());
    },
    async send(message) {
      if (child.stdin.writable && !child.stdin.write(serializeMessage(message))) await Promise.race([once(child.stdin, "drain"), ended]);
    },
    async close() {
      buffer.clear();
      transport.onclose?.();
    },
  };
  return transport;
}

function hear(lines: Lines, transport: Transport, chunk: Buffer): void {
  const { buffer, child } = lines;
  try {
    buffer.append(chunk);
  } catch (error) {
    // More than a message may have: there is nothing to go on with.
    lines.noise = error instanceof Error ? error.message : String(error);
    child.stdout.destroy();
    killGroup(child, "SIGKILL");
    return;
  }
  for (;;) {
    try {
      const message = buffer.readMessage();
      if (message === null) return;
      transport.onmessage?.(message);
    } catch (error) {
      lines.noise ||= error instanceof Error ? error.message : String(error);
    }
  }
}

/** How long a server has to end by itself when nobody speaks to it any more, and then when it is told to. */
const GRACE_MS = 1_000;

/** Closes its input, tells it to end, and kills it, one after the other; then whatever it has left behind. */
async function endGroup(child: ChildProcessWithoutNullStreams, ended: Promise<void>): Promise<void> {
  child.stdin.end();
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (await endsWithin(GRACE_MS, ended)) break;
    killGroup(child, signal);
  }
  killGroup(child, "SIGKILL");
  child.stdout.destroy();
  child.stderr.destroy();
  await ended;
}

async function endsWithin(ms: number, ended: Promise<void>): Promise<boolean> {
  const abandoned = new AbortController();
  const late = sleep(ms, false, { signal: abandoned.signal }).catch(() => false);
  try {
    return await Promise.race([ended.then(() => true), late]);
  } finally {
    abandoned.abort();
  }
}

function killGroup({ pid, exitCode, signalCode }: ChildProcessWithoutNullStreams, signal: "SIGTERM" | "SIGKILL"): void {
  if (pid === undefined) return;
  try {
    if (process.platform === "win32") {
      if (exitCode === null && signalCode === null) process.kill(pid, signal);
    } else process.kill(-pid, signal);
  } catch {
    // There is nobody left of it.
  }
}

function endOf({ exitCode, signalCode }: ChildProcessWithoutNullStreams): string {
  if (signalCode !== null) return `it was ended by ${signalCode}`;
  return exitCode === null ? "" : `it ended with the exit code ${exitCode}`;
}

function wrote(what: string, text: string): string {
  return text === "" ? "" : `${what}: ${text}`;
}
