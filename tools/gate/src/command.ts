import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ROOT } from "./clone.ts";
import type { CommandLine } from "./step.ts";

export interface CommandResult {
  readonly code: number;
  /** Both streams, in the order in which they came, without colours: some tools paint in CI whatever they are told. */
  readonly output: string;
}

export interface CommandOptions {
  /** Default: the root of the clone. */
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Wall time after which the command is ended, with all that it started. Default: none. */
  readonly timeoutMs?: number;
}

/** Runs a command to its end without a terminal and without input. A program that cannot be started is a result too. */
export async function runCommand([file, ...args]: CommandLine, options: CommandOptions = {}): Promise<CommandResult> {
  const env = options.env ?? { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined };
  const limited = options.timeoutMs !== undefined;
  const child = spawn(programOf(file), args, { cwd: options.cwd ?? ROOT, env, detached: limited, stdio: ["ignore", "pipe", "pipe"] });
  using _limit = options.timeoutMs === undefined ? undefined : limit(child, options.timeoutMs);
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return await new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: 127, output: `${file}: ${error.message}\n` }));
    child.on("close", (code) => resolve({ code: code ?? 1, output: stripVTControlCharacters(Buffer.concat(chunks).toString()) }));
  });
}

/** Ends a command with all that it started, when its time is over or when this process is ended. */
function limit(child: ChildProcess, timeoutMs: number): Disposable {
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
  };
  const endBoth = (signal: NodeJS.Signals) => {
    end();
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  const timer = setTimeout(end, timeoutMs);
  process.once("SIGINT", endBoth).once("SIGTERM", endBoth);
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      process.off("SIGINT", endBoth).off("SIGTERM", endBoth);
    },
  };
}

/** Runs a command and gives its output. @throws Error with the whole output when it fails. */
export async function outputOf(command: CommandLine, options: CommandOptions = {}): Promise<string> {
  const { code, output } = await runCommand(command, options);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}\n${output}`);
  return output;
}

/** The tools of the clone by their names; `node` is the one that runs this. */
export function programOf(name: string): string {
  if (name === "node") return process.execPath;
  const local = join(ROOT, "node_modules/.bin", name);
  return existsSync(local) ? local : name;
}
