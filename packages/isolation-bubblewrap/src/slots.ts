import { execFile } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import type { HostUser } from "./host-user.ts";

const PIPES = ["in", "out", "err", "status"] as const;
/** Made at once, as one process makes any number of them. */
const BATCH = 8;

/** What one command at a time is connected with: a file that says what to run, and a named pipe for each of its streams. */
export interface Slot {
  readonly name: string;
  /** Says what is to run, and opens the pipes from which is read, before anybody writes into them. */
  open(file: string): Promise<SlotPipes>;
  /** Opens the pipe of the input, so that whoever reads it does not wait for a writer. */
  openInput(): SlotInput;
}

export interface SlotInput extends Disposable {
  /** For when somebody reads. It breaks when nobody does any more. */
  write(): Socket;
}

export interface SlotPipes extends Disposable {
  readonly stdout: Socket;
  readonly stderr: Socket;
  readonly status: Socket;
}

/** The slots of one directory. Each serves any number of commands, one after the other. */
export interface Slots {
  take(): Promise<Slot>;
  /** Takes one back. @param clean whether nobody holds its pipes any more: else it is never used again. */
  giveBack(slot: Slot, clean: boolean): Promise<void>;
}

export function slotsIn(directory: string, user: HostUser | undefined): Slots {
  const free: Slot[] = [];
  let count = 0;
  let making: Promise<void> | undefined;

  async function make(): Promise<void> {
    const names = Array.from({ length: BATCH }, () => String(count++));
    const paths = names.flatMap((name) => PIPES.map((pipe) => join(directory, `${name}.${pipe}`)));
    await promisify(execFile)("mkfifo", ["-m", "600", ...paths], { ...user, env: { PATH: "/usr/bin:/bin" } });
    free.push(...names.map((name) => slotIn(directory, name)));
  }
  return {
    async take() {
      for (;;) {
        const slot = free.pop();
        if (slot) return slot;
        making ??= make().finally(() => (making = undefined));
        await making;
      }
    },
    async giveBack(slot, clean) {
      if (clean && !isRead(join(directory, `${slot.name}.in`))) free.push(slot);
      else await Promise.all([...PIPES, "sh"].map((end) => rm(join(directory, `${slot.name}.${end}`), { force: true })));
    },
  };
}

/** Whether something that was left behind still has the input of its command. */
function isRead(path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}

function slotIn(directory: string, name: string): Slot {
  const at = (end: string): string => join(directory, `${name}.${end}`);
  // Without waiting for a writer; the end of the stream then comes after the last writer has gone, not before the first.
  const reading = (end: string): Socket =>
    new Socket({ fd: openSync(at(end), constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false });
  return {
    name,
    async open(file) {
      // Only the sandbox's user gets into the directory; the file may be another user's.
      await writeFile(at("sh"), file, { mode: 0o644 });
      const pipes = { stdout: reading("out"), stderr: reading("err"), status: reading("status") };
      return { ...pipes, [Symbol.dispose]: () => Object.values(pipes).forEach((pipe) => pipe.destroy()) };
    },
    openInput: () => inputAt(at("in")),
  };
}

function inputAt(path: string): SlotInput {
  // Open for both, the pipe waits for nobody and nobody waits for it.
  let held: number | undefined = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const letGo = (): void => {
    if (held !== undefined) closeSync(held);
    held = undefined;
  };
  let socket: Socket | undefined;
  return {
    write() {
      socket = new Socket({ fd: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK), readable: false, writable: true });
      letGo();
      return socket;
    },
    [Symbol.dispose]() {
      letGo();
      socket?.destroy();
    },
  };
}
