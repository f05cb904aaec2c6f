import { type ChildProcess, spawn } from "node:child_process";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { Ground } from "./attempt.ts";
import type { Argv } from "./programs.ts";

/** What a program of the host runs: in a space of the adapter of a module, or without isolation when there is no module. */
interface Task {
  readonly module: string | null;
  readonly workspace: string;
  readonly require: readonly string[];
  readonly argv: Argv;
}

/** Opens a space, and gives `run`, which runs the command of the task in it. */
const PRELUDE = `
import { spawn } from "node:child_process";
const task = JSON.parse(process.argv[1]);
async function run(argv) {
  if (task.module === null) return new Promise((resolve) => spawn(argv[0], argv.slice(1), { cwd: task.workspace, stdio: "ignore" }).once("exit", resolve));
  const { create } = await import(task.module);
  const adapter = await create();
  const space = await adapter.open({ runId: "escapes", workspace: task.workspace, policy: { require: task.require } });
  const { stdout } = await space.exec({ argv });
  return Buffer.from(stdout).toString();
}
`;

interface ProgramOptions {
  /** What it does with `run(argv)`, as text of an ECMAScript module. */
  readonly code: string;
  readonly guard: string;
  readonly argv: Argv;
}

/** The arguments of a node that opens a space as another process of the host. */
export function hostProgram({ isolated, program, workspace }: Ground, { code, guard, argv }: ProgramOptions): Argv {
  const module = isolated && program ? (isAbsolute(program.module) ? pathToFileURL(program.module).href : program.module) : null;
  const task: Task = { module, workspace, require: [guard], argv };
  return [process.execPath, ...(program?.execArgv ?? []), "--input-type=module", "-e", `${PRELUDE}${code}`, JSON.stringify(task)];
}

export interface StartedProgram {
  readonly child: ChildProcess;
  /** Rejects with what it printed when it ends by itself. */
  readonly failed: Promise<never>;
  readonly exited: Promise<void>;
}

export function startProgram([program, ...args]: Argv): StartedProgram {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  let printed = "";
  child.stderr.on("data", (chunk: Uint8Array) => (printed += Buffer.from(chunk).toString()));
  child.stdin.on("error", () => undefined);
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const failed = exited.then(() => Promise.reject(new Error(`the program that opens a space ended: ${printed}`)));
  failed.catch(() => undefined);
  return { child, failed, exited };
}
