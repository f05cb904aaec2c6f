import { spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, closeSync, constants, fstatSync, openSync, type Stats } from "node:fs";
import { basename, dirname } from "node:path";
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";

/** Who a sandbox is on the host, where that is not the user of this process. */
export interface HostUser {
  readonly uid: number;
  readonly gid: number;
}

/** Only to name it, without a permission to read, and whatever it is. Node has no name for `O_PATH` of open(2); libuv adds `O_CLOEXEC`. */
const NAMED = 0o10_000_000 | (constants.O_NOFOLLOW ?? 0);
const WAY = NAMED | (constants.O_DIRECTORY ?? 0);
/** What commands have removed, or put a link or a file in the place of, since it was found. */
const GONE = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);
const SAID_CHARS = 4096;
const AT_ONCE_MS = 10;

export interface ChangeOwner {
  /** Tests of find(1), which tell what is looked at. */
  readonly which: readonly string[];
  /** What then decides, of the very file that is given, whatever was put in its place since it was found. */
  readonly isMeant: (stats: Stats) => boolean;
  readonly to: HostUser;
}

/**
 * Gives what is meant in a tree to another user, while commands of a sandbox may work in it. No link is followed, no other file system
 * entered. Each file is held before it is looked at, so that what is looked at is what is given.
 */
export async function changeOwners(root: string, { which, isMeant, to }: ChangeOwner): Promise<void> {
  using held = heldTree(root);
  const args = [root, "-xdev", "-ignore_readdir_race", ...which, "-printf", "%P\\0"];
  const child = spawn("find", args, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: "/usr/bin:/bin" } });
  const exited = once(child, "exit");
  let said = "";
  child.stderr.on("data", (chunk: Uint8Array) => void (said = (said + Buffer.from(chunk).toString("latin1")).slice(0, SAID_CHARS)));
  let rest = "";
  let until = performance.now() + AT_ONCE_MS;
  for await (const chunk of child.stdout) {
    const paths = (rest + Buffer.from(chunk as Uint8Array).toString("latin1")).split("\0");
    rest = paths.pop() ?? "";
    for (const path of paths) {
      held.visit(path, (place, stats) => isMeant(stats) && chownSync(place, to.uid, to.gid));
      if (performance.now() < until) continue;
      // It is short for one file, and many are a pause of all that this process does.
      await setImmediate();
      until = performance.now() + AT_ONCE_MS;
    }
  }
  await exited;
  const problem = said.split("\n").find((line) => line !== "" && !line.endsWith(": No such file or directory"));
  if (problem !== undefined) throw new Error(`not all of ${root} was found: ${problem}`);
}

interface HeldTree extends Disposable {
  /** @param path below the root, one character a byte. Of what is not there any more nothing is told. */
  visit(path: string, work: (place: string, stats: Stats) => unknown): void;
}

/** Goes down by descriptors, and stays in the directory that it was in last. */
function heldTree(root: string): HeldTree {
  const top = openSync(root, NAMED);
  let current = { path: ".", descriptor: top };
  const goTo = (path: string, descriptor: number): void => {
    if (current.descriptor !== top) closeSync(current.descriptor);
    current = { path, descriptor };
  };
  const enter = (path: string): number => {
    if (path === current.path) return current.descriptor;
    goTo(".", top);
    if (path === ".") return top;
    let way = "";
    for (const name of path.split("/")) {
      way += way === "" ? name : `/${name}`;
      goTo(way, openSync(placeIn(current.descriptor, name), WAY));
    }
    return current.descriptor;
  };
  return {
    visit(path, work) {
      try {
        const descriptor = path === "" ? top : openSync(placeIn(enter(dirname(path)), basename(path)), NAMED);
        try {
          work(placeOf(descriptor), fstatSync(descriptor));
        } finally {
          if (descriptor !== top) closeSync(descriptor);
        }
      } catch (error) {
        if (!GONE.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
      }
    },
    [Symbol.dispose]() {
      goTo(".", top);
      closeSync(top);
    },
  };
}

const placeOf = (descriptor: number): string => `/proc/self/fd/${descriptor}`;

function placeIn(directory: number, name: string): Buffer {
  return Buffer.from(`${placeOf(directory)}/${name}`, "latin1");
}
