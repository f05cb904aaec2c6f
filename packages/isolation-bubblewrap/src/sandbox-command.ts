import type { Readable } from "node:stream";
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import {
  type Command,
  type Environment,
  type ExecOptions,
  type ExecResult,
  giveInput,
  ProgramMissingError,
  readOutputs,
  signalOf,
  watchLimits,
  WorkingDirectoryError,
} from "@dad/isolation";
import { type CommandStatus, commandStatus } from "./command-status.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Slot } from "./slots.ts";
import { commandFile, CONTROL_PLACE } from "./supervisor.ts";

/** How long the pipes of a command that has exited are read on: whatever it left in the background may hold them for ever. */
const DRAIN_MS = 300;

/** How long it may take until the end of a command that was ended is told. That is microseconds of work. */
const TELL_MS = 1000;

/** Why a command is ended, where it does not end by itself. */
export type EndReason = Exclude<ExecResult["reason"], "exited" | "signaled">;

/** A command with everything decided. */
export interface SandboxCommand {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Environment;
  readonly stdin: Command["stdin"];
}

export interface SandboxPlace {
  readonly sandbox: Sandbox;
  readonly slot: Slot;
  /** Ends a command with what it started, given its process in the numbers of the sandbox. */
  end(pid: number | undefined): Promise<void>;
}

/** A command that was started. */
export interface RunningCommand {
  readonly result: Promise<ExecResult>;
  /** Says why it ends, to whoever then ends the sandbox as a whole. */
  condemn(reason: EndReason): void;
  /** Whether nobody holds its pipes any more. For when there is a result. */
  isClean(): boolean;
}

/** The sandbox ended, or did not answer, before the command began. So it did not begin, and may do so in another one. */
export class SandboxGoneError extends Error {
  constructor() {
    super("the sandbox ended, or did not answer, before the command began");
  }
}

/** Starts a command in a sandbox. The result rejects when it could not be started. */
export function runInSandbox(place: SandboxPlace, command: SandboxCommand, options: ExecOptions): RunningCommand {
  const startedAt = performance.now();
  let why: EndReason | undefined;
  let clean = false;
  let failure: { readonly error: unknown } | undefined;
  let stopping: Promise<void> | undefined;

  async function result(): Promise<ExecResult> {
    using input = command.stdin === undefined ? undefined : place.slot.openInput();
    using pipes = place.slot.open(commandFile({ ...command, input: input ? `${CONTROL_PLACE}/${place.slot.name}.in` : "/dev/null" }));
    const status = commandStatus(pipes.status, place.sandbox);
    const stop = (reason: EndReason): void => {
      if (status.isOver()) return;
      why ??= reason;
      stopping ??= endCommand(place, status);
    };
    const outputs = readOutputs(pipes, options, (error) => {
      failure ??= { error };
      stop("aborted");
    });
    const closing = [pipes.stdout, pipes.stderr, pipes.status].map(closed);
    place.sandbox.run(place.slot.name);
    using _limits = watchLimits(options, stop);
    if (await hasBegun(status, command, () => why !== undefined)) {
      pipes.forget();
      if (input) giveInput(input.write(), command.stdin);
    }
    const code = await status.ended;
    await stopping;
    clean = await drained(closing);
    if (failure) throw failure.error;
    return { ...ending(code, why), ...outputs(), durationMs: performance.now() - startedAt };
  }
  return { result: result(), condemn: (reason) => void (why ??= reason), isClean: () => clean };
}

/**
 * Whoever tells of a command may have been ended by another one that holds its pipe, so that no end is ever told, not even by
 * the end of the pipe. Then it goes with its sandbox.
 */
async function endCommand(place: SandboxPlace, { begun, ended }: CommandStatus): Promise<void> {
  const began = await begun;
  await place.end(typeof began === "number" ? began : undefined);
  const late = new AbortController();
  const told = await Promise.race([ended.then(() => true), delay(TELL_MS, false, { signal: late.signal })]);
  late.abort();
  if (!told) await place.sandbox.kill();
}

/** @throws what kept it from beginning, unless it was to end anyway. */
async function hasBegun({ begun }: CommandStatus, { argv, cwd, env }: SandboxCommand, isCondemned: () => boolean): Promise<boolean> {
  const beginning = await begun;
  if (typeof beginning === "number") return true;
  if (beginning === "nodirectory") throw new WorkingDirectoryError(cwd);
  if (beginning === "noprogram") throw new ProgramMissingError(argv[0], { path: env.PATH ?? "" });
  if (isCondemned()) return false;
  throw new SandboxGoneError();
}

/** Waits until everything is read, but not for ever. @returns whether it is. */
async function drained(streams: readonly Promise<void>[]): Promise<boolean> {
  const late = new AbortController();
  const all = await Promise.race([Promise.all(streams).then(() => true), delay(DRAIN_MS, false, { signal: late.signal })]);
  late.abort();
  // On a busy machine the time may be over before what is already in the pipe was read.
  await nextTurn();
  return all;
}

async function closed(stream: Readable): Promise<void> {
  if (!stream.closed) await new Promise((resolve) => stream.once("close", resolve));
}

/** A shell tells of a signal as 128 more than its number. What nobody told of ended with its sandbox. */
function ending(status: number | undefined, why: EndReason | undefined): Pick<ExecResult, "reason" | "exitCode" | "signal"> {
  const signal = status === undefined ? "SIGKILL" : signalOf(status);
  return {
    reason: why ?? (signal === undefined ? "exited" : "signaled"),
    exitCode: signal === undefined ? (status ?? null) : null,
    signal: signal ?? null,
  };
}
