import { execFile } from "node:child_process";
import { closeSync, constants, existsSync, openSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { HostUser } from "./change-owner.ts";
import { shellQuote } from "./shell-quote.ts";

const PIPES = ["in", "out", "err", "status"] as const;
/** Made at once, as one process makes any number of them. */
const BATCH = 8;
const FIRST_BATCH = 4;
const APPEAR_MS = 2000;

/** What one command at a time is connected with: a file that says what to run, and a named pipe for each of its streams. */
export interface Slot {
  readonly name: string;
  /** Says what is to run, and opens the pipes from which is read, before anybody writes into them. */
  open(file: string): SlotPipes;
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
  /** Once it was read: it holds the variables of its command, which are not for those that come later. */
  forget(): void;
}

/** The slots of one directory. Each serves any number of commands, one after the other. */
export interface Slots {
  /**
   * Where there are none yet: what a shell on the way to the sandbox is to run in the background, so that there are some when it is
   * ready. That costs this process nothing, where starting another one would take half as long as all of the sandbox.
   */
  making(): string | undefined;
  take(): Promise<Slot>;
  /** Takes one back. @param clean whether nobody holds its pipes any more: else it is never used again. */
  giveBack(slot: Slot, clean: boolean): Promise<void>;
}

export function slotsIn(directory: string, user: HostUser | undefined): Slots {
  const free: Slot[] = [];
  /** Those that somebody is about to have made. */
  let coming: readonly string[] = [];
  let count = 0;
  let making: Promise<void> | undefined;
  const begin = (size: number): readonly string[] => {
    coming = Array.from({ length: size }, () => String(count++));
    return ["-m", "600", ...coming.flatMap((name) => PIPES.map((pipe) => pathOf(directory, name, pipe)))];
  };
  const adopt = (): void => {
    free.push(...coming.map((name) => slotIn(directory, name)));
    coming = [];
  };
  async function make(): Promise<void> {
    if (await appear(directory, coming)) return adopt();
    await promisify(execFile)("mkfifo", begin(BATCH), { ...user, env: { PATH: "/usr/bin:/bin" } });
    adopt();
  }
  return {
    making: () => (count > 0 ? undefined : `mkfifo ${begin(FIRST_BATCH).map(shellQuote).join(" ")} &`),
    async take() {
      for (;;) {
        const slot = free.pop();
        if (slot) return slot;
        await (making ??= make().finally(() => (making = undefined)));
      }
    },
    async giveBack(slot, clean) {
      if (clean && !isRead(pathOf(directory, slot.name, "in"))) free.push(slot);
      else await Promise.all(PIPES.map((end) => rm(pathOf(directory, slot.name, end), { force: true })));
    },
  };
}

function pathOf(directory: string, name: string, end: string): string {
  return join(directory, `${name}.${end}`);
}

/** Whether these are made in time. They are made in their order. */
async function appear(directory: string, names: readonly string[]): Promise<boolean> {
  const last = names.at(-1);
  if (last === undefined) return false;
  const path = pathOf(directory, last, PIPES.at(-1) ?? "");
  for (let waited = 0; waited < APPEAR_MS; waited++) {
    if (existsSync(path)) return true;
    await delay(1);
  }
  return false;
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
  const at = (end: string): string => pathOf(directory, name, end);
  // Without waiting for a writer; the end of the stream then comes after the last writer has gone, not before the first.
  const reading = (end: string): Socket =>
    new Socket({ fd: openSync(at(end), constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false });
  return {
    name,
    open(file) {
      // Only the sandbox's user gets into the directory; the file may be another user's.
      writeFileSync(at("sh"), file, { mode: 0o644 });
      const pipes = { stdout: reading("out"), stderr: reading("err"), status: reading("status") };
      const forget = (): void => rmSync(at("sh"), { force: true });
      return {
        ...pipes,
        forget,
        [Symbol.dispose]() {
          forget();
          Object.values(pipes).forEach((pipe) => pipe.destroy());
        },
      };
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
