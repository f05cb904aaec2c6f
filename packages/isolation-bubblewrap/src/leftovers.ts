import { lchown, lstat, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Homes, homes, directoriesLeft, isOwnerAlive, removeLeftHomes } from "@dad/isolation";
import { findCgroups } from "./cgroup/find-cgroups.ts";
import { CONTROL_PREFIX, removeControl } from "./control-directory.ts";
import type { RunUsers } from "./run-users.ts";

/**
 * Removes what processes have left that are dead: groups with what is in them, users, directories. The sandboxes of such a process have
 * ended with it.
 */
export async function sweepLeftovers(where: {
  readonly users: RunUsers | undefined;
  readonly homes: string | undefined;
  readonly usesCgroups: boolean;
}): Promise<readonly string[]> {
  const groups = where.usesCgroups && process.platform === "linux" ? await (await findCgroups()).sweep() : [];
  const users = (await where.users?.sweep()) ?? [];
  if (where.users) await takeBack(where.users);
  const left = await removeLeftHomes(where.homes);
  // What commands have closed to everybody resists.
  await Promise.all(left.map(removeControl));
  return [...groups, ...users, ...(await sweepControls()), ...left];
}

/** What is swept is one's own. What a dead root host had for a run belongs to the user of that run, whom nobody else is. */
async function takeBack(users: RunUsers): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const [, owner] = /^dad-[a-z]+-(.*)$/.exec(name) ?? [];
    if (owner === undefined || (await isOwnerAlive(owner))) continue;
    const path = join(tmpdir(), name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory() && users.has(found.uid)) await lchown(path, process.getuid?.() ?? 0, process.getgid?.() ?? 0);
  }
}

/** One for each space, that is removed also where commands have closed it to everybody. */
export function temporaryHomes(): Homes {
  const homeOf = homes(undefined);
  return (space) => {
    const home = homeOf(space);
    const leave = async (): Promise<void> => {
      await home.leave();
      await removeControl(home.path);
    };
    return { path: home.path, make: () => home.make(), leave };
  };
}

async function sweepControls(): Promise<readonly string[]> {
  const left = await directoriesLeft(CONTROL_PREFIX);
  await Promise.all(left.map(removeControl));
  return left;
}
