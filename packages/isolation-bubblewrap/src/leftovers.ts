import { type Homes, homes, directoriesLeft, removeLeftHomes } from "@dad/isolation";
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
  const left = await removeLeftHomes(where.homes);
  // What commands have closed to everybody resists.
  await Promise.all(left.map(removeControl));
  return [...groups, ...users, ...(await sweepControls()), ...left];
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
