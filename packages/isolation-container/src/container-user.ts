import { execFile } from "node:child_process";
import { lstat } from "node:fs/promises";
import { promisify } from "node:util";
import type { FoundEngine } from "./engine-facts.ts";

/** Who commands are where everything belongs to root: a number that no account has. */
export const NOBODY = 61_001;

/** Who the commands of a container are. */
export interface ContainerUser {
  /** As the engine takes it: `uid:gid`. */
  readonly user: string;
  readonly usernsMode: string | undefined;
  /** Who directories of root's have to be given to, so that commands can write there. */
  readonly owner: number | undefined;
}

/**
 * Never root on the host. Commands are the user of this process, who can write the workspace; where that is root, they are the
 * owner of the workspace, and where root owns that, too, nobody.
 */
export async function containerUser(
  { kind, rootless, remapped }: Pick<FoundEngine, "kind" | "rootless" | "remapped">,
  workspace?: string,
): Promise<ContainerUser> {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (rootless) {
    // Only what is root inside is the user of the engine outside, unless the engine can be told otherwise.
    return kind === "podman" && uid !== 0
      ? { user: `${uid}:${gid}`, usernsMode: "keep-id", owner: undefined }
      : { user: "0:0", usernsMode: undefined, owner: undefined };
  }
  const usernsMode = remapped ? "host" : undefined;
  if (uid !== 0) return { user: `${uid}:${gid}`, usernsMode, owner: undefined };
  const owner = workspace === undefined ? undefined : await lstat(workspace);
  if (owner && owner.uid !== 0 && owner.uid !== NOBODY) {
    return { user: `${owner.uid}:${owner.gid === 0 ? owner.uid : owner.gid}`, usernsMode, owner: owner.uid };
  }
  return { user: `${NOBODY}:${NOBODY}`, usernsMode, owner: NOBODY };
}

/**
 * Gives what is root's in a directory to a user. No link is followed, no other file system entered, and what has several names
 * stays: the others may be outside. Each file is named from the directory that it is in, so that none can be put in its place.
 */
export async function giveTo(owner: number, directory: string): Promise<void> {
  const which = ["-xdev", "-uid", "0", "(", "-type", "d", "-o", "-links", "1", ")"];
  const args = [directory, ...which, "-execdir", "chown", "-h", `${owner}:${owner}`, "{}", "+"];
  await promisify(execFile)("find", args, { env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } });
}
