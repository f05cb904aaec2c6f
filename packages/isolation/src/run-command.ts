import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Readable, type Writable } from "node:stream";
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import { keepOutput, type KeptOutput } from "./bounded-output.ts";
import { IsolationFailedError, ProgramMissingError } from "./errors.ts";
import type { Environment } from "./environment.ts";
import type { Command, ExecOptions, ExecResult } from "./isolation-adapter.ts";
import { hasProcessGroups, type ProcessGroup, processGroup } from "./process-group.ts";
import { startedProcess } from "./started-process.ts";

const DEFAULT_OUTPUT_LIMIT = 1024 * 1024;
/** How long the pipes of a command that has exited are read on: whatever it left in the background may hold them for ever. */
const DRAIN_MS = 300;
/** The longest time that a timer of this platform can wait. */
const LONGEST_TIMER = 2 ** 31 - 1;
const NOT_STARTED = new Set(["ENOENT", "EACCES", "ENOTDIR", "ENOEXEC", "ELOOP", "EISDIR"]);

/** A command with everything decided. */
export interface PreparedCommand {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Environment;
  readonly stdin: Command["stdin"];
  readonly graceMs: number;
}

/** A command that was started. */
export interface RunningCommand {
  readonly group: ProcessGroup;
  readonly result: Promise<ExecResult>;
  /** Ends its process group; it then counts as aborted. What left the group lives on. */
  stop(): Promise<void>;
}

/** Starts a command as the leader of a process group of its own. The result rejects when it could not be started. */
export function runCommand(command: PreparedCommand, options: ExecOptions): RunningCommand {
  const startedAt = performance.now();
  const child = start(command);
  const group = processGroup(child, command.graceMs);
  let ended: "timeout" | "aborted" | undefined;
  let failure: { readonly error: unknown } | undefined;

  const stop = (reason: "timeout" | "aborted"): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) ended ??= reason;
    return group.end();
  };
  const onFailure = (error: unknown): void => {
    failure ??= { error };
    void stop("aborted");
  };
  const outputs = readOutputs(child, options, onFailure);
  const told = tellStart(child, options).catch(onFailure);

  async function result(): Promise<ExecResult> {
    using _limits = watchLimits(options, (reason) => void stop(reason));
    await exited(child, command);
    if (ended) await group.end();
    await drained(child);
    await told;
    if (failure) throw failure.error;
    return { ...ending(child, ended), ...outputs(), durationMs: performance.now() - startedAt };
  }
  return { group, result: result(), stop: () => stop("aborted") };
}

function start(command: PreparedCommand): ChildProcess {
  const child = spawnOrFail(command);
  if (child.stdin) giveInput(child.stdin, command.stdin);
  return child;
}

/** Writes the input of a command. It need not read it, and then the rest is not asked for. */
export function giveInput(to: Writable, input: Command["stdin"]): void {
  to.on("error", () => undefined);
  if (input === undefined || typeof input === "string" || input instanceof Uint8Array) to.end(input);
  else
    Readable.from(input, { objectMode: false })
      .on("error", () => to.end())
      .pipe(to);
}

async function tellStart({ pid }: ChildProcess, { onStart }: ExecOptions): Promise<void> {
  if (pid !== undefined && onStart) onStart(await startedProcess(pid));
}

/** Some reasons not to start come at once, the others as an event. */
function spawnOrFail({ argv: [program, ...args], cwd, env, stdin }: PreparedCommand): ChildProcess {
  try {
    return spawn(program, args, {
      cwd,
      env,
      stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      detached: hasProcessGroups,
      windowsHide: true,
    });
  } catch (cause) {
    throw new IsolationFailedError(program, { cause });
  }
}

async function exited(child: ChildProcess, { argv: [program], env }: PreparedCommand): Promise<void> {
  try {
    await once(child, "exit");
  } catch (cause) {
    if (NOT_STARTED.has((cause as NodeJS.ErrnoException).code ?? "")) throw new ProgramMissingError(program, { path: env.PATH ?? "", cause });
    throw new IsolationFailedError(program, { cause });
  }
}

/** Waits until everything is read, but not for ever. */
async function drained(child: ChildProcess): Promise<void> {
  const late = new AbortController();
  const streams = [child.stdout, child.stderr].map(closed);
  await Promise.race([Promise.all(streams), delay(DRAIN_MS, undefined, { signal: late.signal })]);
  late.abort();
  // On a busy machine the time may be over before what is already in the pipe was read.
  await nextTurn();
  child.stdout?.destroy();
  child.stderr?.destroy();
}

async function closed(stream: Readable | null): Promise<void> {
  if (stream && !stream.closed) await new Promise((resolve) => stream.once("close", resolve));
}

/** Reads both streams as far as they are to be kept, and tells of them as they come. @returns what came so far, for when the command is over. */
export function readOutputs(
  child: Pick<ChildProcess, "stdout" | "stderr">,
  options: ExecOptions,
  onFailure: (error: unknown) => void,
): () => Pick<ExecResult, "stdout" | "stderr" | "lost"> {
  const read = (name: "stdout" | "stderr"): (() => KeptOutput) => {
    return keepOutput(child[name], options.outputLimitBytes ?? DEFAULT_OUTPUT_LIMIT, (chunk) => {
      try {
        options.onOutput?.(name, chunk);
      } catch (error) {
        onFailure(error);
      }
    });
  };
  const [stdout, stderr] = [read("stdout"), read("stderr")];
  return () => {
    const [out, err] = [stdout(), stderr()];
    return { stdout: out.bytes, stderr: err.bytes, lost: { stdout: out.lost, stderr: err.lost } };
  };
}

/** Tells when the time of a command is over, or its signal is aborted, until it is disposed of. Of a signal that is aborted already it tells at once. */
export function watchLimits({ signal, timeoutMs }: ExecOptions, onLimit: (reason: "timeout" | "aborted") => void): Disposable {
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => onLimit("timeout"), Math.min(timeoutMs, LONGEST_TIMER));
  const onAbort = (): void => onLimit("aborted");
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) onAbort();
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}

function ending(child: ChildProcess, ended: "timeout" | "aborted" | undefined): Pick<ExecResult, "reason" | "exitCode" | "signal"> {
  const { exitCode, signalCode } = child;
  return { reason: ended ?? (signalCode === null ? "exited" : "signaled"), exitCode, signal: signalCode };
}
