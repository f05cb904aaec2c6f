import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { OutcomeFailedError } from "@dad/outcome";
import type { Git, GitCall } from "./git.ts";

/** A git that is talked with. Everything fails with `OUTCOME_FAILED`, with what git said as its cause, once it has failed. */
export interface GitProcess extends AsyncDisposable {
  readonly pid: number | undefined;
  /** Waits as long as git has enough to read. */
  write(piece: string | Uint8Array): Promise<void>;
  /** The next line that it prints. */
  line(): Promise<string>;
  /** So many bytes of what it prints, in pieces. */
  pieces(count: number): AsyncGenerator<Uint8Array, void>;
  /** Tells it that nothing more comes, and waits until it has ended well. */
  end(): Promise<void>;
}

/** Starts a git that is talked with. Who lets go of it before its end, or gives it up by the signal, kills it. */
export function gitProcess(git: Git, args: readonly string[], call: GitCall): GitProcess {
  const started = startedGit(git, args, call);
  const { child, ended, assertWell, failure } = started;
  const { stdin } = child;
  const output = outputOf(child);
  return {
    pid: child.pid,
    async write(piece) {
      if (stdin.destroyed) throw await failure();
      if (stdin.write(piece)) return;
      await Promise.race([once(stdin, "drain").catch(() => undefined), ended]);
      if (stdin.destroyed) throw await failure();
    },
    async line() {
      const line = await output.line();
      if (line === undefined) throw await failure();
      return line;
    },
    async *pieces(count) {
      for (let left = count; left > 0;) {
        const piece = await output.piece(left);
        if (!piece) throw await failure();
        left -= piece.length;
        yield piece;
      }
    },
    async end() {
      stdin.end();
      await assertWell();
    },
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

/** A git whose streams are those of whoever started it. Who lets go of it before its end, or gives it up by the signal, kills it. */
export interface StartedGit extends AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  /** Never fails. */
  readonly ended: Promise<Error | undefined>;
  /** Waits for its end. */
  readonly assertWell: () => Promise<void>;
  /** Waits for its end, and says why it did not do what it was to. */
  readonly failure: () => Promise<unknown>;
}

export function startedGit(git: Git, args: readonly string[], call: GitCall): StartedGit {
  const { signal } = call;
  signal?.throwIfAborted();
  const child = git.start(args, call);
  const stop = (): boolean => child.kill("SIGKILL");
  signal?.addEventListener("abort", stop);
  const ended = endOf(child).finally(() => signal?.removeEventListener("abort", stop));
  const failure = async (): Promise<unknown> => {
    const cause = (await ended) ?? new Error("git ended before it had said everything");
    if (signal?.aborted) return signal.reason;
    return new OutcomeFailedError(`run git ${args.find((arg) => COMMAND.test(arg))}`, call.workTree ?? call.gitDir, { cause });
  };
  return {
    child,
    ended,
    failure,
    async assertWell() {
      if ((await ended) !== undefined || signal?.aborted) throw await failure();
    },
    async [Symbol.asyncDispose]() {
      stop();
      await ended;
    },
  };
}

const COMMAND = /^[a-z]+(-[a-z]+)*$/;

/** What was wrong, once it is over. */
async function endOf(child: ChildProcessWithoutNullStreams): Promise<Error | undefined> {
  const said: Buffer[] = [];
  child.stderr.on("data", (piece: Buffer) => said.push(piece));
  // Who ends early is told of by its exit.
  child.stdin.on("error", () => undefined);
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    return code === 0 ? undefined : new Error(Buffer.concat(said).toString().trim() || `git ended with ${signal ?? `exit code ${code}`}`);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

interface Output {
  line(): Promise<string | undefined>;
  /** Something, and no more than so many bytes. */
  piece(most: number): Promise<Buffer | undefined>;
}

const LINE_BREAK = 10;

function outputOf(child: ChildProcessWithoutNullStreams): Output {
  const pieces = child.stdout[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = (await pieces.next().catch(() => ({ done: true, value: undefined }))) as IteratorResult<Buffer, undefined>;
    if (next.done) return false;
    rest = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
    return true;
  };
  const take = (count: number): Buffer => {
    const taken = rest.subarray(0, count);
    rest = rest.subarray(count);
    return taken;
  };
  return {
    async line() {
      while (!rest.includes(LINE_BREAK)) if (!(await more())) return undefined;
      return take(rest.indexOf(LINE_BREAK) + 1)
        .toString("latin1", 0)
        .slice(0, -1);
    },
    async piece(most) {
      if (rest.length === 0 && !(await more())) return undefined;
      return take(most);
    },
  };
}
