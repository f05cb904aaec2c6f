import { chown, stat } from "node:fs/promises";
import type { Home } from "@dad/isolation";
import { type ControlDirectory, openControlDirectory } from "./control-directory.ts";
import { openOverlay, type Overlay } from "./overlay.ts";
import type { Bind } from "./profile.ts";
import type { RunUser } from "./run-users.ts";

export interface PremisesSpec {
  readonly workspace: string;
  readonly isOverlay: boolean;
  readonly home: Home;
  readonly filter: Uint8Array;
  readonly binds: readonly Bind[];
  /** Whom its sandboxes are on the host. `undefined`: who this process is. */
  readonly runUser: RunUser | undefined;
}

/** What a space has on the disk, for all sandboxes that it has one after the other. */
export interface Premises extends AsyncDisposable {
  readonly control: ControlDirectory;
  /** `undefined`: commands change the workspace itself. */
  readonly overlay: Overlay | undefined;
  /** Gives to the sandbox what the host has put into the workspace since. */
  lendAgain(path: string): Promise<void>;
}

export async function openPremises({ workspace, isOverlay, home, filter, binds, runUser }: PremisesSpec): Promise<Premises> {
  const user = runUser?.user;
  const control = await openControlDirectory({ home: home.path, filter, user });
  const make = async (): Promise<Overlay | undefined> => {
    await Promise.all([runUser?.lend(workspace), makeHome(home, user)]);
    if (runUser) await lendWritable(runUser, binds);
    return isOverlay ? openOverlay(control.path, workspace, user) : undefined;
  };
  const overlay = await make().catch(async (error: unknown) => {
    await control[Symbol.asyncDispose]();
    throw error;
  });
  return { control, overlay, lendAgain: async (path) => runUser?.lendAgain(path), [Symbol.asyncDispose]: () => control[Symbol.asyncDispose]() };
}

const WRITE_BY_OTHERS = 0o002;

/** What many may write to stays as it is: several runs may share it. */
async function lendWritable(runUser: RunUser, binds: readonly Bind[]): Promise<void> {
  for (const { source, mode } of binds) {
    if (mode === "ro") continue;
    const found = await stat(source);
    if (found.uid !== runUser.user.uid && (found.mode & WRITE_BY_OTHERS) === 0) await runUser.lend(source);
  }
}

async function makeHome(home: Home, user: RunUser["user"] | undefined): Promise<void> {
  await home.make();
  if (user) await chown(home.path, user.uid, user.gid);
}
