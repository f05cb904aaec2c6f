import { randomBytes } from "node:crypto";
import { finished } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Command,
  type Environment,
  type ExecOptions,
  type ExecResult,
  giveInput,
  IsolationFailedError,
  ProgramMissingError,
  readOutputs,
  signalOf,
  watchLimits,
  WorkingDirectoryError,
} from "@dad/isolation";
import { DadError } from "@dad/protocol";
import type { Container, ContainerProcess, ContainerProgram } from "./container.ts";
import { COMMAND_VARIABLE } from "./container-body.ts";
import { demultiplex, firstLine } from "./demultiplex.ts";
import type { ExecState } from "./engine-api.ts";
import { ASK_TO_END, END_ALL, STARTER } from "./scripts.ts";
import { runScript } from "./script.ts";

const WORD_BYTES = 16;
const FIRST_LINE_BYTES = 256;
/** How long ending what a command started may take in the container. After that the container is ended. */
const END_MS = 5000;
/** How often the engine is asked whether a command is over whose streams are still held by something in the background. */
const ASK_MS = 500;
const FIRST_ASK_MS = 50;
/** How long the streams of a command that is over are read on. */
const DRAIN_MS = 300;

/** A command with everything decided. */
export interface PlacedCommand {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Environment;
  readonly stdin: Command["stdin"];
  readonly graceMs: number;
}

export interface ContainerCommand {
  readonly result: Promise<ExecResult>;
  /** Its container is being ended: nothing else has to end it, and it counts as aborted. */
  abandon(): void;
}

type Ended = "timeout" | "aborted";

/** What ends a command before it ends by itself. */
interface Interruption {
  ended: Ended | undefined;
  failure: { readonly error: unknown } | undefined;
  /** Its container is being ended. */
  abandoned: boolean;
  /** Resolves when the command is to be ended. */
  readonly wanted: PromiseWithResolvers<void>;
}

/** Starts a command in a container. The result rejects when it could not be started. */
export function commandIn(container: Promise<Container>, command: PlacedCommand, options: ExecOptions): ContainerCommand {
  const startedAt = performance.now();
  const interruption: Interruption = { ended: undefined, failure: undefined, abandoned: false, wanted: Promise.withResolvers() };
  const stop = (reason: Ended): void => {
    interruption.ended ??= reason;
    interruption.wanted.resolve();
  };
  async function result(): Promise<ExecResult> {
    using _limits = watchLimits(options, stop);
    const done = await run(container, { command, options, interruption, stop }).catch((cause: unknown) => {
      if (interruption.failure) throw interruption.failure.error;
      if (interruption.ended) return { ...howItEnded(undefined, interruption.ended), ...NOTHING };
      throw cause instanceof DadError ? cause : new IsolationFailedError(command.argv[0], { cause });
    });
    return { ...done, durationMs: performance.now() - startedAt };
  }
  return {
    result: result(),
    abandon() {
      interruption.abandoned = true;
      interruption.ended ??= "aborted";
    },
  };
}

interface Run {
  readonly command: PlacedCommand;
  readonly options: ExecOptions;
  readonly interruption: Interruption;
  readonly stop: (reason: Ended) => void;
}

async function run(container: Promise<Container>, { command, options, interruption, stop }: Run): Promise<Omit<ExecResult, "durationMs">> {
  const word = randomBytes(WORD_BYTES).toString("hex");
  const inside = await container;
  if (interruption.ended) throw new Error("it was ended before it began");
  const started = await inside.start(programOf(command, word));
  const { stdout, stderr } = demultiplex(started.connection);
  const { line, rest } = firstLine(stderr, FIRST_LINE_BYTES);
  const outputs = readOutputs({ stdout, stderr: rest }, options, (error) => {
    interruption.failure ??= { error };
    stop("aborted");
  });
  giveInput(started.connection, command.stdin);

  const over = untilOver(started);
  const head = await line;
  const pid = startedPid(head, word);
  const ending = interruption.wanted.promise.then(async () =>
    pid === undefined ? undefined : endCommand(inside, { word, pid, over, graceMs: command.graceMs }),
  );
  const state = await over;
  if (interruption.ended && !interruption.abandoned) await ending;
  await Promise.all([finished(stdout), finished(rest)]);
  if (interruption.failure) throw interruption.failure.error;
  if (interruption.ended === undefined && pid === undefined) throw refusedStart({ head, word, said: outputs().stdout, command });
  if (!state && interruption.ended === undefined) throw new Error("the container ended");
  return { ...howItEnded(state, interruption.ended), ...outputs() };
}

const NOTHING = { stdout: new Uint8Array(), stderr: new Uint8Array(), lost: { stdout: 0, stderr: 0 } };

function programOf({ argv, cwd, env, stdin }: PlacedCommand, word: string): ContainerProgram {
  return {
    argv: ["/bin/sh", "-c", STARTER, "dad", word, cwd, ...argv],
    env: { ...env, [COMMAND_VARIABLE]: word },
    stdin: stdin !== undefined,
  };
}

/** The process id of the command in its container, when the first line says that it was started. */
function startedPid(head: string | undefined, word: string): string | undefined {
  return head?.startsWith(`${word} started `) === true ? head.slice(`${word} started `.length) : undefined;
}

interface Refusal {
  readonly head: string | undefined;
  readonly word: string;
  /** Where the engine writes why it could not start anything. */
  readonly said: Uint8Array;
  readonly command: PlacedCommand;
}

function refusedStart({ head, word, said, command: { argv, cwd, env } }: Refusal): Error {
  if (head === `${word} directory`) return new WorkingDirectoryError(cwd, { reason: "it is no directory of the container" });
  if (head === `${word} program`) return new ProgramMissingError(argv[0], { path: env.PATH ?? "" });
  return new Error(Buffer.from(said).toString().trim() || head || "the container ended");
}

/**
 * Waits until a command has ended, and its streams have, too. Those may end earlier, and something in the background may hold them
 * for longer: Docker then gives up after two seconds, another engine perhaps never.
 */
async function untilOver(process: ContainerProcess): Promise<ExecState | undefined> {
  const { connection } = process;
  const closed = new Promise<true>((resolve) => connection.once("close", () => resolve(true)));
  for (let waitMs = FIRST_ASK_MS; ; waitMs = Math.min(2 * waitMs, ASK_MS)) {
    const isClosed = connection.closed || (await within(waitMs, closed)) === true;
    const now = await process.state();
    if (now?.Running === true) {
      if (isClosed) await delay(waitMs);
      continue;
    }
    if (!isClosed) await within(DRAIN_MS, closed);
    connection.destroy();
    return now;
  }
}

interface Ending {
  readonly word: string;
  readonly pid: string;
  readonly over: Promise<unknown>;
  readonly graceMs: number;
}

/** Ends a command with all that it started. What cannot be ended from within ends with the container. */
async function endCommand(container: Container, { word, pid, over, graceMs }: Ending): Promise<void> {
  const all = async (): Promise<boolean> => {
    await runScript(container, END_ALL, `${COMMAND_VARIABLE}=${word}`, `${COMMAND_VARIABLE}=`);
    await over;
    return true;
  };
  try {
    await within(
      graceMs,
      runScript(container, ASK_TO_END, pid).then(async () => over),
    );
    if ((await within(END_MS, all())) === true) return;
  } catch {
    // A container that has no room for one more process cannot be helped from within either.
  }
  await container.end();
}

/** What a promise gives, or `undefined` when it takes too long. */
async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value | undefined> {
  const late = new AbortController();
  try {
    return await Promise.race([promise, delay(ms, undefined, { signal: late.signal })]);
  } finally {
    late.abort();
  }
}

/** An engine tells of a signal as a shell does, by a code above 128. */
function howItEnded(state: ExecState | undefined, ended: Ended | undefined): Pick<ExecResult, "reason" | "exitCode" | "signal"> {
  const code = state?.ExitCode ?? null;
  if (code === null) return { reason: ended ?? "signaled", exitCode: null, signal: ended ? "SIGKILL" : null };
  const signal = signalOf(code) ?? null;
  return { reason: ended ?? (signal === null ? "exited" : "signaled"), exitCode: signal === null ? code : null, signal };
}
