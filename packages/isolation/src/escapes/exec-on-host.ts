import type { Argv } from "./programs.ts";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { ExecOptions, ExecResult } from "../isolation-adapter.ts";

const DRAIN_MS = 500;

interface Options extends Pick<ExecOptions, "signal" | "timeoutMs" | "onOutput"> {
  readonly cwd: string;
  /** Default: the user who runs this. */
  readonly uid?: number | undefined;
}

/** Runs a command with no isolation at all, and keeps all that it prints. */
export async function execOnHost([program, ...args]: Argv, { cwd, uid, signal, timeoutMs, onOutput }: Options): Promise<ExecResult> {
  const startedAt = performance.now();
  const identity = uid === undefined ? {} : { uid, gid: uid };
  const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"], ...identity });
  const kept = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk: Uint8Array) => {
      kept[name].push(chunk);
      onOutput?.(name, chunk);
    });
  }
  let ended: "timeout" | "aborted" | undefined;
  const end = (reason: "timeout" | "aborted"): void => {
    ended ??= reason;
    child.kill("SIGKILL");
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => end("timeout"), timeoutMs);
  const onAbort = (): void => end("aborted");
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
    await once(child, "exit");
    // What it left behind may hold its pipes for ever.
    await Promise.race([closed, delay(DRAIN_MS, undefined, { ref: false })]);
    child.stdout.destroy();
    child.stderr.destroy();
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
  return {
    reason: ended ?? (child.signalCode === null ? "exited" : "signaled"),
    exitCode: child.exitCode,
    signal: child.signalCode,
    stdout: Buffer.concat(kept.stdout),
    stderr: Buffer.concat(kept.stderr),
    lost: { stdout: 0, stderr: 0 },
    durationMs: performance.now() - startedAt,
  };
}
