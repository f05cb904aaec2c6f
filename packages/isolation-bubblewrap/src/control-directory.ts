import { randomBytes } from "node:crypto";
import { chownSync, mkdirSync, writeFileSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { confinedDirectory } from "@dad/disk";
import { IsolationFailedError, ownerName } from "@dad/isolation";
import type { HostUser } from "./change-owner.ts";
import { type Slots, slotsIn } from "./slots.ts";

export const CONTROL_PREFIX = "dad-bwrap-";

/** What a space has on the host besides its workspace and its home. Only its user gets in. */
export interface ControlDirectory extends AsyncDisposable {
  readonly path: string;
  /** The part that its sandbox sees. */
  readonly shown: string;
  /** Whose it is. `undefined`: of this process. */
  readonly user: HostUser | undefined;
  /** The filter of system calls. */
  readonly filter: string;
  /** Files of `/etc` that a program looks for, by name: they say nothing of the host. */
  readonly etc: readonly (readonly [name: string, path: string])[];
  readonly slots: Slots;
}

export interface ControlOptions {
  readonly home: string;
  readonly filter: Uint8Array;
  readonly user: HostUser | undefined;
}

/**
 * Named after this process, for whoever sweeps. Short, since the path of a socket in it has to fit into 107 bytes. Synchronous: these are
 * microseconds, and the way through the thread pool and back takes longer than the start of a sandbox on a busy machine.
 */
export function openControlDirectory({ home, filter, user }: ControlOptions): ControlDirectory {
  const path = join(tmpdir(), `${CONTROL_PREFIX}${ownerName()}-${randomBytes(6).toString("hex")}`);
  const shown = join(path, "shown");
  for (const directory of [path, shown]) {
    mkdirSync(directory, { mode: 0o700 });
    if (user) chownSync(directory, user.uid, user.gid);
  }
  const files = { passwd: passwd(home), group: "dad:x:1000:\nnogroup:x:65534:\n", hosts: "127.0.0.1 localhost dad\n::1 localhost dad\n" };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text, { mode: 0o644 });
  writeFileSync(join(path, "filter"), filter);
  return {
    path,
    shown,
    user,
    filter: join(path, "filter"),
    etc: Object.keys(files).map((name) => [name, join(path, name)] as const),
    slots: slotsIn(shown, user),
    [Symbol.asyncDispose]: () => removeControl(path),
  };
}

/** Removes a directory that commands may have written in: also what they have closed to everybody, or made deeper than a path is long. */
export async function removeControl(path: string): Promise<void> {
  const failure = (doing: string, what: string, cause: unknown): Error => new IsolationFailedError(what, { cause, doing });
  await confinedDirectory({ root: await realpath(dirname(path)), failure }).remove(basename(path));
}

function passwd(home: string): string {
  return `dad:x:1000:1000::${home}:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n`;
}
