import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

type Argv = [string, ...string[]];

/** A program of one line for the node that runs the suite. */
export function node(code: string, ...args: readonly string[]): Argv {
  return [process.execPath, "-e", code, ...args];
}

function shell(script: string, ...args: readonly string[]): Argv {
  return ["sh", "-c", script, "sh", ...args];
}

/** Says who it is into a pipe, then lives on and ignores all requests to end. */
const STUBBORN = 'trap "" TERM INT HUP; exec 3>"$1"; echo $$ >&3; exec sleep 1000';

export function stubborn(lifeline: string): Argv {
  return shell(STUBBORN, lifeline);
}

/** A command that waits for a stubborn child of its own. */
export function parentOfStubborn(lifeline: string): Argv {
  return shell('sh -c "$2" sh "$1" & wait', lifeline, STUBBORN);
}

/** A command that ends and leaves a stubborn child behind, which holds its pipes. */
export function abandoning(lifeline: string): Argv {
  return shell('sh -c "$2" sh "$1" & echo left', lifeline, STUBBORN);
}

/** What a command prints with no isolation at all: the control of every attempt. */
export async function withoutIsolation([program, ...args]: Argv): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Starts a command with no isolation at all. */
export function startWithoutIsolation([program, ...args]: Argv): ChildProcess {
  return spawn(program, args, { stdio: "ignore" });
}

export async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}
