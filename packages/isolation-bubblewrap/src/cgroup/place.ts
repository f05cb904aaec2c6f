import { basename, dirname, join } from "node:path";
import { type CgroupFiles, ignoring } from "./cgroup-files.ts";
import { type Controller, isController } from "./controller.ts";
import { CgroupFailedError } from "./errors.ts";
import { type Hierarchy, lines } from "./hierarchy.ts";

/** The group that the processes of a delegated group move to, when it gets groups below it. */
const HOST_LEAF = "dad-host";

const DELEGATE =
  "start the host in a group of its own: systemd-run --user --scope -p Delegate=yes -- <command> (in a container: one whose /sys/fs/cgroup may be written)";
const ATTEMPTS = 10;

/** What keeps this process from more. */
export interface Obstacle {
  readonly problem: { readonly message: string; readonly remedy: string };
}

/** Where in a hierarchy groups can be made: at or beside the group of this process, so that the limits from outside still hold. */
export interface Place {
  readonly version: 1 | 2;
  readonly mount: string;
  readonly directory: string;
  /** What can be limited there. Perhaps nothing: groups are good for ending processes as well. */
  readonly controllers: readonly Controller[];
  /** Why no more can be. */
  readonly problem?: Obstacle["problem"];
  /** Makes these controllers work in the groups below. Only here this process may be moved. */
  enable(controllers: readonly Controller[]): Promise<void>;
}

export async function placeIn(hierarchy: Hierarchy, files: CgroupFiles): Promise<Place | Obstacle> {
  const { version, mount, own } = hierarchy;
  const directory = version === 2 && basename(own) === HOST_LEAF && own !== mount ? dirname(own) : own;
  const needed = version === 1 ? [""] : ["", "cgroup.procs", "cgroup.subtree_control"];
  const writable = await Promise.all(needed.map((name) => files.isWritable(join(directory, name))));
  if (writable.includes(false)) {
    const remedy = version === 1 ? `run the host as root, or give the directory to its user: chown -R <user> ${directory}` : DELEGATE;
    return { problem: { message: `${directory} may not be written by this process`, remedy } };
  }
  if (version === 1) return { version, mount, directory, controllers: hierarchy.controllers, enable: async () => undefined };

  const enable = (controllers: readonly Controller[]): Promise<void> => enableBelow(directory, controllers, files);
  const hindrance = directory === own ? await hindranceToMove(directory, files) : undefined;
  const available = words(await files.read(join(directory, "cgroup.controllers"))).filter(isController);
  if (hindrance !== undefined && available.length > 0) {
    return { version, mount, directory, controllers: [], problem: { message: hindrance, remedy: DELEGATE }, enable };
  }
  const problem = { message: `${directory} was given no such controller`, remedy: DELEGATE };
  return { version, mount, directory, controllers: available, problem, enable };
}

/**
 * Only groups without processes can give controllers to groups below them (cgroups(7), "no internal processes"); the very
 * first group is the exception. So whoever is in the directory has to move, which is done only where nobody else minds:
 * where the directory belongs to the user of this process, and holds nothing but it, what it started, and what started it.
 */
async function hindranceToMove(directory: string, files: CgroupFiles): Promise<string | undefined> {
  if (await isFirst(directory, files)) return undefined;
  if ((await files.owner(directory)) !== process.geteuid?.()) return `${directory} belongs to another user`;
  const self = String(process.pid);
  const above = await ancestry(self, files);
  for (const pid of lines(await files.read(join(directory, "cgroup.procs")))) {
    if (!above.includes(pid) && !(await ancestry(pid, files)).includes(self)) return `${directory} has other processes in it, such as ${pid}`;
  }
  return undefined;
}

/** Only groups that were made by somebody have a type. */
async function isFirst(directory: string, files: CgroupFiles): Promise<boolean> {
  return (await files.read(join(directory, "cgroup.type"))) === undefined;
}

/** A process and those that started it, from the nearest on. */
async function ancestry(pid: string, files: CgroupFiles): Promise<readonly string[]> {
  const chain: string[] = [];
  for (let next = pid; next !== "0" && next !== "";) {
    chain.push(next);
    const stat = await files.read(`/proc/${next}/stat`);
    // The fourth field; the second is a name in parentheses that may hold anything.
    next = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? "";
  }
  return chain;
}

async function enableBelow(directory: string, controllers: readonly Controller[], files: CgroupFiles): Promise<void> {
  const control = join(directory, "cgroup.subtree_control");
  const enabled = words(await files.read(control));
  const missing = controllers.filter((controller) => !enabled.includes(controller));
  if (missing.length === 0) return;
  try {
    // It may have changed since it was found.
    const hindrance = await hindranceToMove(directory, files);
    if (hindrance !== undefined) throw new Error(hindrance);
    if (!(await isFirst(directory, files))) await moveToLeaf(directory, files);
    await files.write(control, missing.map((controller) => `+${controller}`).join(" "));
  } catch (cause) {
    throw new CgroupFailedError(directory, `give ${missing.join(" and ")} to groups below`, cause);
  }
}

/** Some may start others in the meantime. */
async function moveToLeaf(directory: string, files: CgroupFiles): Promise<void> {
  const leaf = join(directory, HOST_LEAF);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const pids = lines(await files.read(join(directory, "cgroup.procs")));
    if (pids.length === 0) return;
    await ignoring(["EEXIST"], files.makeDirectory(leaf));
    for (const pid of pids) await ignoring(["ESRCH"], files.write(join(leaf, "cgroup.procs"), pid));
  }
}

function words(text: string | undefined): readonly string[] {
  return (text ?? "").split(/\s+/).filter((word) => word !== "");
}
