import { chownSync, lstatSync } from "node:fs";
import type { Home } from "@dad/isolation";
import { giveTree } from "./host-user.ts";
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
  /** Has its files belong to the sandbox, once. A sandbox may start before, but no command. */
  lend(): Promise<void>;
  /** Has what an overlay shows belong to the sandbox, once, and not what is below. @param merged where the host sees it */
  lendMerged(merged: string): Promise<void>;
  /** Gives to the sandbox what the host has put into the workspace since. */
  lendAgain(path: string): Promise<void>;
}

export async function openPremises(spec: PremisesSpec): Promise<Premises> {
  const { workspace, isOverlay, home, filter, runUser } = spec;
  const control = openControlDirectory({ home: home.path, filter, user: runUser?.user });
  try {
    await home.make();
    const overlay = isOverlay ? await openOverlay(control.path, workspace, runUser?.user) : undefined;
    return {
      control,
      overlay,
      lend: onceDone(() => lend(spec)),
      lendMerged: onceDone(async (merged) => overlay && lendMerged(spec, overlay, merged)),
      lendAgain: async (path) => runUser?.lendAgain(path),
      [Symbol.asyncDispose]: () => control[Symbol.asyncDispose](),
    };
  } catch (error) {
    await control[Symbol.asyncDispose]();
    throw error;
  }
}

const WRITE_BY_OTHERS = 0o002;

async function lend({ runUser, workspace, isOverlay, home, binds }: PremisesSpec): Promise<void> {
  if (!runUser) return;
  const { user } = runUser;
  const before = lstatSync(home.path);
  // Of a run that goes on, the user may have been another one.
  if (before.uid !== user.uid && before.uid !== process.getuid?.()) await giveTree(home.path, before, user);
  else chownSync(home.path, user.uid, user.gid);
  if (!isOverlay) await runUser.lend(workspace);
  for (const { source, mode } of binds) {
    if (isOverlay && source === workspace) continue;
    // What many may write to stays as it is: several runs may share it.
    const found = mode === "ro" ? undefined : lstatSync(source);
    if (found && found.uid !== user.uid && (found.mode & WRITE_BY_OTHERS) === 0) await runUser.lend(source);
  }
}

/** What belongs to the owner of the workspace, as where commands change that itself. It is the upper half that keeps whose it is now. */
async function lendMerged({ runUser, workspace }: PremisesSpec, overlay: Overlay, merged: string): Promise<void> {
  if (!runUser) return;
  await giveTree(merged, lstatSync(workspace), runUser.user);
  // It is gone when the sandbox ended meanwhile, and then not all was given.
  lstatSync(merged);
  await overlay.markGiven();
}

/** What fails is done again when it is asked for again. */
function onceDone<Args extends readonly unknown[]>(work: (...args: Args) => Promise<void>): (...args: Args) => Promise<void> {
  let done: Promise<void> | undefined;
  return (...args) => {
    done ??= work(...args);
    done.catch(() => (done = undefined));
    return done;
  };
}
