import { randomBytes } from "node:crypto";
import { readlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { isOwnerAlive, ownerName } from "@dad/isolation";
import { type CgroupFiles, nodeCgroupFiles } from "./cgroup-files.ts";
import { type Cgroup, cgroupOf } from "./cgroup.ts";
import { type CgroupLimits, type Controller, CONTROLLERS } from "./controller.ts";
import { CgroupFailedError, CgroupUnsupportedError } from "./errors.ts";
import { hierarchies } from "./hierarchy.ts";
import { limitedBy, setLimits, settingsFor } from "./limits.ts";
import { type Place, placeIn } from "./place.ts";

const NO_HIERARCHY = {
  message: "no file system of control groups is mounted that this process has a place in",
  remedy: "mount one, as root: mount -t cgroup2 none /sys/fs/cgroup",
};

/** Why something cannot be limited, and what to do about it. */
export interface CgroupProblem {
  readonly controller: Controller;
  readonly message: string;
  /** A command or a sentence that somebody can follow. */
  readonly remedy: string;
}

/** What control groups can do for this process. */
export interface CgroupSupport {
  /** What can be limited. When there is nothing, there may still be groups, to end processes by. */
  readonly controllers: readonly Controller[];
  /** Where groups are made, one directory a hierarchy. None: there can be no groups. */
  readonly directories: readonly string[];
  /** One for each controller that is missing. */
  readonly problems: readonly CgroupProblem[];
  /**
   * A new group, empty. Where this process is alone in a delegated group of version 2, or with what it started and what
   * started it, the first limit moves them all to a group `dad-host` in there: only a group without processes of its own may
   * have groups with limits below it. Processes that are in other groups, or belong to somebody else, are never moved.
   *
   * @throws CgroupUnsupportedError (`CGROUP_UNSUPPORTED`) for a limit whose controller is missing, and where there can be no
   * groups; CgroupFailedError (`CGROUP_FAILED`).
   */
  create(limits?: CgroupLimits): Promise<Cgroup>;
  /**
   * Ends and removes the groups that processes which are dead have left, anywhere in the hierarchies that this process sees,
   * and gives their names. Those of other process namespaces are let be: from here nobody knows whether their owners live.
   */
  sweep(): Promise<readonly string[]>;
}

export interface FindCgroupsOptions {
  /** Default: those of this machine. */
  readonly files?: CgroupFiles;
}

/** Looks at what this process may do with control groups, version 1, 2, or both. Changes nothing. */
export async function findCgroups({ files = nodeCgroupFiles }: FindCgroupsOptions = {}): Promise<CgroupSupport> {
  const found = await Promise.all((await hierarchies(files)).map((hierarchy) => placeIn(hierarchy, files)));
  const places = found.filter((place) => "directory" in place);
  const prefix = await namePrefix();
  const controllers = CONTROLLERS.filter((controller) => placeOf(controller, places));
  const problem = found.find((place) => place.problem)?.problem ?? NO_HIERARCHY;
  return {
    controllers,
    directories: places.map(({ directory }) => directory),
    problems: CONTROLLERS.filter((controller) => !controllers.includes(controller)).map((controller) => ({ controller, ...problem })),
    async create(limits = {}) {
      const limited = limitedBy(limits);
      const missing = limited.find((controller) => !controllers.includes(controller));
      if (missing) throw new CgroupUnsupportedError(`limit ${missing}`, problem);
      if (places.length === 0) throw new CgroupUnsupportedError("make a control group", problem);
      return createGroup(`${prefix}${ownerName()}-${randomBytes(6).toString("hex")}`, { limits, limited, places, files });
    },
    sweep: () => sweep(prefix, places, files),
  };
}

/** Process numbers mean something in their namespace only. */
async function namePrefix(): Promise<string> {
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "");
  return `dad-${/\d+/.exec(namespace)?.[0] ?? "0"}-`;
}

function placeOf(controller: Controller, places: readonly Place[]): Place | undefined {
  return places.find((place) => place.controllers.includes(controller));
}

interface Request {
  readonly limits: CgroupLimits;
  readonly limited: readonly Controller[];
  readonly places: readonly Place[];
  readonly files: CgroupFiles;
}

/** In the hierarchies of its limits, and in that of version 2, which can end it at once. In no others: entering each takes its time. */
async function createGroup(name: string, { limits, limited, places, files }: Request): Promise<Cgroup> {
  const needed = places.filter((place) => place.version === 2 || limited.some((controller) => placeOf(controller, places) === place));
  const made: string[] = [];
  try {
    for (const place of needed.length > 0 ? needed : places.slice(0, 1)) {
      const here = limited.filter((controller) => placeOf(controller, places) === place);
      await place.enable(here);
      const directory = join(place.directory, name);
      await files.makeDirectory(directory);
      made.push(directory);
      await setLimits({ directory, settings: here.flatMap((controller) => settingsFor(controller, place.version, limits)) }, files);
    }
  } catch (cause) {
    await cgroupOf(name, made, files)[Symbol.asyncDispose]();
    throw new CgroupFailedError(name, "make", cause);
  }
  return cgroupOf(name, made, files);
}

async function sweep(prefix: string, places: readonly Place[], files: CgroupFiles): Promise<readonly string[]> {
  const left = new Map<string, string[]>();
  for (const { mount } of places) {
    for await (const path of directoriesBelow(mount, files)) {
      const name = basename(path);
      if (!name.startsWith(prefix) || (await isOwnerAlive(name.slice(prefix.length)))) continue;
      if (await files.isWritable(path)) left.set(name, [...(left.get(name) ?? []), path]);
    }
  }
  for (const [name, directories] of left) await cgroupOf(name, directories, files)[Symbol.asyncDispose]();
  return [...left.keys()];
}

async function* directoriesBelow(path: string, files: CgroupFiles): AsyncGenerator<string> {
  for (const name of await files.directories(path)) {
    yield join(path, name);
    yield* directoriesBelow(join(path, name), files);
  }
}
