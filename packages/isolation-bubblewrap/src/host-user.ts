import { lchownSync, lstatSync, readdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { changeOwners, type HostUser } from "./change-owner.ts";

const EXECUTE_BY_OTHERS = 0o001;
const EXECUTE_BY_OWNER = 0o100;

/** Whether a user gets as far as a path that belongs to somebody else. */
export function canReach(user: HostUser, path: string): boolean {
  for (let at = dirname(path); ; at = dirname(at)) {
    const { uid, mode } = statSync(at);
    if ((mode & (uid === user.uid ? EXECUTE_BY_OWNER : EXECUTE_BY_OTHERS)) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/**
 * Gives what belongs to one user in a tree to another one. No link is followed, no other file system entered. What has
 * several names stays: the others may be outside, and it would be given away there, too.
 */
export async function giveTree(path: string, from: HostUser, to: HostUser): Promise<void> {
  if (lstatSync(path).isDirectory() && readdirSync(path).length === 0) return lchownSync(path, to.uid, to.gid);
  await changeOwners(path, {
    which: ["-uid", String(from.uid), "(", "-type", "d", "-o", "-links", "1", ")"],
    isMeant: (stats) => stats.uid === from.uid && (stats.isDirectory() || stats.nlink === 1),
    to,
  });
}

/** Gives back all that belongs to a user in a tree. */
export async function returnTree(path: string, from: HostUser, to: HostUser): Promise<void> {
  await changeOwners(path, { which: ["-uid", String(from.uid)], isMeant: ({ uid }) => uid === from.uid, to });
}
