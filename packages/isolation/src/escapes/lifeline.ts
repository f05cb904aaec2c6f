import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { constants, openSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

/** A named pipe that a process holds as long as it lives: its end is an event, also when the process is in another namespace. */
export interface Lifeline extends Disposable {
  readonly path: string;
  /** The process id that the process gave when it appeared, as it knows itself. */
  readonly appeared: Promise<number>;
  /** Nobody holds the pipe any more. */
  readonly gone: Promise<void>;
  /** Whether somebody still holds it after a time in which the kernel ends whatever it was told to end. */
  outlives(graceMs: number): Promise<boolean>;
}

export async function openLifeline(directory: string): Promise<Lifeline> {
  const path = join(directory, `lifeline-${randomUUID()}`);
  await promisify(execFile)("mkfifo", [path]);
  // Who holds it may be another user.
  await chmod(path, 0o666);
  // Without waiting for a writer; the end of the stream then comes after the last writer has gone, not before the first.
  const socket = new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false });
  const gone = new Promise<void>((resolve) => socket.once("end", resolve));
  const appeared = new Promise<number>((resolve, reject) => {
    socket.once("data", (text) => resolve(Number.parseInt(String(text), 10)));
    socket.once("end", () => reject(new Error(`nobody wrote into ${path}`)));
  });
  // Who waits for it is told; nobody has to.
  appeared.catch(() => undefined);
  return {
    path,
    appeared,
    gone,
    outlives: (graceMs) => Promise.race([gone.then(() => false), delay(graceMs, true, { ref: false })]),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** Whether a process of this host is there. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
