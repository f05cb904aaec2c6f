import { join, posix } from "node:path";
import type { CgroupFiles } from "./cgroup-files.ts";
import { type Controller, isController } from "./controller.ts";

/**
 * A tree of groups. Version 2 has one, for all controllers; version 1 has one for each, or for some together. A hybrid machine
 * has both: the tree of version 2 has no controllers there, or few, but it can end a group.
 */
export interface Hierarchy {
  readonly version: 1 | 2;
  readonly mount: string;
  /** The group of this process. */
  readonly own: string;
  /** Of version 1. Those of version 2 are told by its groups. */
  readonly controllers: readonly Controller[];
}

interface Mount {
  readonly root: string;
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** The trees in which this process has a place that it can see. None where there are no control groups. See cgroups(7), proc_pid_mountinfo(5). */
export async function hierarchies(files: CgroupFiles): Promise<readonly Hierarchy[]> {
  const mounts = lines(await files.read("/proc/self/mountinfo")).map(mountOf);
  const memberships = lines(await files.read("/proc/self/cgroup")).map(membershipOf);
  return memberships.flatMap(({ names, path }): Hierarchy[] => {
    const version = names.length === 0 ? 2 : 1;
    const controllers = names.filter(isController);
    if (version === 1 && controllers.length === 0) return [];
    const found = mounts.find((mount) => holds(mount, names) && isBelow(mount.root, path));
    if (!found) return [];
    return [{ version, mount: found.point, own: join(found.point, posix.relative(found.root, path)), controllers }];
  });
}

/** `0::/path` for version 2, `4:memory:/path` for version 1. A path may have colons in it. */
function membershipOf(line: string): { readonly names: readonly string[]; readonly path: string } {
  const [, names = "", path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
  return { names: names === "" ? [] : names.split(","), path };
}

/** `35 31 0:32 /root /point rw,relatime - cgroup cgroup rw,memory` */
function mountOf(line: string): Mount {
  const [before = "", after = ""] = line.split(" - ");
  const [, , , root = "", point = ""] = before.split(" ").map(unescaped);
  const [type = "", , options = ""] = after.split(" ");
  return { root, point, type, options: options.split(",") };
}

/** Space, tab, newline and backslash are in octal. */
function unescaped(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
}

function holds({ type, options }: Mount, names: readonly string[]): boolean {
  return names.length === 0 ? type === "cgroup2" : type === "cgroup" && names.every((name) => options.includes(name));
}

function isBelow(root: string, path: string): boolean {
  return root === "/" ? !path.startsWith("/..") : path === root || path.startsWith(`${root}/`);
}

export function lines(text: string | undefined): readonly string[] {
  return (text ?? "").split("\n").filter((line) => line !== "");
}
