import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it printed for people. */
  readonly errors: string;
}

/** A program of this directory in a process of its own. */
export interface Program {
  readonly pid: number;
  /** What it prints next, `undefined` when it ends before. */
  line(): Promise<string | undefined>;
  /** Tells it something, or, without a text, that there is nothing more to tell. */
  tell(text?: string): void;
  kill(): void;
  readonly end: Promise<ProgramEnd>;
}

/** Node keeps what it has compiled here: thousands of short programs spend their time on nothing else. */
const COMPILED = join(tmpdir(), "dad-faults-compiled");

/** Starts `<script>.ts` with JSON as its argument. */
export function startProgram(script: string, argument: unknown): Program {
  const file = join(import.meta.dirname, "programs", `${script}.ts`);
  const child = spawn(process.execPath, ["--conditions=@dad/source", file, JSON.stringify(argument)], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
  });
  if (child.pid === undefined) throw new Error(`cannot start ${process.execPath}`);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const errors = text(child.stderr);
  // One that is killed does not read what it is told.
  child.stdin.on("error", () => undefined);
  const closed = new Promise<Omit<ProgramEnd, "errors">>((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
  return {
    pid: child.pid,
    line: async () => (await lines.next()).value as string | undefined,
    tell: (words) => void (words === undefined ? child.stdin.end() : child.stdin.write(`${words}\n`)),
    kill: () => void child.kill("SIGKILL"),
    end: closed.then(async (end) => ({ ...end, errors: await errors })),
  };
}

/** What a program was started with. */
export function argumentOf<Argument>(): Argument {
  return JSON.parse(process.argv[2] ?? "null") as Argument;
}
