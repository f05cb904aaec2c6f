import { describe, expect, it } from "vitest";
import type { CgroupFiles } from "./cgroup-files.ts";
import { findCgroups } from "./find-cgroups.ts";

const SELF = String(process.pid);
const OWNER = process.geteuid?.() ?? 0;
const SHELL = "77";
const STRANGER = "99";
const MOUNT = "/sys/fs/cgroup";
const SCOPE = `${MOUNT}/user.slice/dad.scope`;

interface Group {
  readonly processes: Set<string>;
  readonly enabled: Set<string>;
  readonly settings: Map<string, string>;
}

interface FakeOptions {
  /** The group that the process is in, and who else is. */
  readonly own: string;
  readonly others?: readonly string[];
  readonly available?: readonly string[];
  readonly owner?: number;
  readonly writable?: boolean;
}

interface Fake extends CgroupFiles {
  readonly groups: Map<string, Group>;
}

const FILES: Readonly<Record<string, readonly string[]>> = {
  memory: ["memory.max", "memory.swap.max", "memory.oom.group", "memory.events", "memory.current", "memory.peak"],
  pids: ["pids.max", "pids.current", "pids.events"],
  cpu: ["cpu.max"],
};

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function split(path: string): readonly [directory: string, file: string] {
  return [path.slice(0, path.lastIndexOf("/")), path.slice(path.lastIndexOf("/") + 1)];
}

/** Control groups of version 2 as the kernel has them, with their rules, in memory. */
function fakeKernel({ own, others = [], available = ["cpu", "memory", "pids", "io"], owner = OWNER, writable = true }: FakeOptions): Fake {
  const groups = new Map<string, Group>();
  const newGroup = (): Group => ({ processes: new Set(), enabled: new Set(), settings: new Map() });
  const steps = own.slice(MOUNT.length).split("/").slice(1);
  for (let depth = 0; depth <= steps.length; depth++) groups.set([MOUNT, ...steps.slice(0, depth)].join("/"), newGroup());
  for (const [path, group] of groups) if (path !== own) for (const name of available) group.enabled.add(name);
  for (const pid of [SELF, ...others]) groups.get(own)?.processes.add(pid);

  const proc: Readonly<Record<string, string>> = {
    "/proc/self/cgroup": `0::${own.slice(MOUNT.length) || "/"}\n`,
    "/proc/self/mountinfo": `23 1 0:5 / / rw - ext4 /dev/a rw\n31 23 0:28 / ${MOUNT} rw,nosuid - cgroup2 cgroup2 rw\n`,
    [`/proc/${SELF}/stat`]: `${SELF} (a ) b) S ${SHELL} 1 1`,
    [`/proc/${SHELL}/stat`]: `${SHELL} (sh) S 1 1 1`,
    [`/proc/${STRANGER}/stat`]: `${STRANGER} (cron) S 1 1 1`,
    "/proc/1/stat": "1 (init) S 0 1 1",
  };
  const controllersOf = (directory: string): readonly string[] => [...(groups.get(split(directory)[0])?.enabled ?? available)];
  const fileOf = (group: Group, directory: string, file: string): string | undefined => {
    if (file === "cgroup.procs") return [...group.processes].map((pid) => `${pid}\n`).join("");
    if (file === "cgroup.controllers") return controllersOf(directory).join(" ");
    if (file === "cgroup.subtree_control") return [...group.enabled].join(" ");
    if (directory !== MOUNT && file === "cgroup.type") return "domain\n";
    if (file === "cpu.stat") return group.settings.get(file) ?? "usage_usec 0\n";
    return controllersOf(directory).some((name) => FILES[name]?.includes(file)) ? (group.settings.get(file) ?? "") : undefined;
  };
  const requests: Readonly<Record<string, (directory: string, group: Group, text: string) => void>> = {
    "cgroup.procs": (_, group, text) => {
      if (group.enabled.size > 0) throw failure("EBUSY");
      for (const { processes } of groups.values()) processes.delete(text);
      group.processes.add(text);
    },
    "cgroup.subtree_control": (directory, group, text) => {
      if (directory !== MOUNT && group.processes.size > 0) throw failure("EBUSY");
      for (const name of text.split(" ").map((word) => word.slice(1))) {
        if (!controllersOf(directory).includes(name)) throw failure("ENOENT");
        group.enabled.add(name);
      }
    },
    "cgroup.kill": (_, group) => group.processes.clear(),
  };
  return {
    groups,
    async read(path) {
      const [directory, file] = split(path);
      const group = groups.get(directory);
      return group ? fileOf(group, directory, file) : proc[path];
    },
    async write(path, text) {
      const [directory, file] = split(path);
      const group = groups.get(directory);
      const request = requests[file];
      if (!group || (!request && fileOf(group, directory, file) === undefined)) throw failure("ENOENT");
      if (request) request(directory, group, text);
      else group.settings.set(file, text);
    },
    async makeDirectory(path) {
      if (groups.has(path)) throw failure("EEXIST");
      groups.set(path, newGroup());
    },
    async removeDirectory(path) {
      if (groups.get(path)?.processes.size) throw failure("EBUSY");
      if (!groups.delete(path)) throw failure("ENOENT");
    },
    directories: async (path) => [...groups.keys()].filter((key) => split(key)[0] === path).map((key) => split(key)[1]),
    isWritable: async (path) => {
      const [directory, file] = split(path);
      const group = groups.get(directory);
      return writable && (groups.has(path) || (group !== undefined && (file === "cgroup.kill" || fileOf(group, directory, file) !== undefined)));
    },
    owner: async () => owner,
  };
}

const LIMITS = { memoryBytes: 64 * 1024 * 1024, pids: 32, cpuCores: 0.5 };

describe("findCgroups on version 2", () => {
  it("limits everything in a delegated group, and moves the host with its shell out of the way only when a limit needs it", async () => {
    const kernel = fakeKernel({ own: SCOPE, others: [SHELL] });
    const support = await findCgroups({ files: kernel });
    expect(support).toMatchObject({ controllers: ["memory", "pids", "cpu"], directories: [SCOPE], problems: [] });
    await support.create();
    expect(kernel.groups.has(`${SCOPE}/dad-host`)).toBe(false);

    const group = await support.create(LIMITS);
    expect([...(kernel.groups.get(`${SCOPE}/dad-host`)?.processes ?? [])]).toEqual([SELF, SHELL]);
    expect(group.join).toEqual([`${SCOPE}/${group.name}/cgroup.procs`]);
    expect(Object.fromEntries(kernel.groups.get(`${SCOPE}/${group.name}`)?.settings ?? [])).toEqual({
      "memory.max": "67108864",
      "memory.swap.max": "0",
      "memory.oom.group": "1",
      "pids.max": "32",
      "cpu.max": "50000 100000",
    });
  });

  it("makes groups beside the host when it is in the leaf already", async () => {
    const kernel = fakeKernel({ own: `${SCOPE}/dad-host` });
    const support = await findCgroups({ files: kernel });
    expect(support).toMatchObject({ controllers: ["memory", "pids", "cpu"], directories: [SCOPE] });
    const group = await support.create({ pids: 3 });
    expect(group.join).toEqual([`${SCOPE}/${group.name}/cgroup.procs`]);
    expect([...(kernel.groups.get(`${SCOPE}/dad-host`)?.processes ?? [])]).toEqual([SELF]);
  });

  it("enables what a limit needs, no more", async () => {
    const kernel = fakeKernel({ own: SCOPE });
    await (await findCgroups({ files: kernel })).create({ pids: 3 });
    expect([...(kernel.groups.get(SCOPE)?.enabled ?? [])]).toEqual(["pids"]);
  });

  it("needs nobody to move in the very first group, which may have processes", async () => {
    const kernel = fakeKernel({ own: MOUNT, others: ["1", STRANGER] });
    const group = await (await findCgroups({ files: kernel })).create(LIMITS);
    expect(group.join).toEqual([`${MOUNT}/${group.name}/cgroup.procs`]);
    expect(kernel.groups.get(MOUNT)?.processes).toContain(STRANGER);
  });

  it.each([
    ["a stranger is in the group of the host", { others: [STRANGER] }, `has other processes in it, such as ${STRANGER}`],
    ["the group belongs to another user", { owner: OWNER + 1 }, "belongs to another user"],
  ])("limits nothing and moves nobody when %s, but groups still end processes", async (_, options, message) => {
    const kernel = fakeKernel({ own: SCOPE, ...options });
    const support = await findCgroups({ files: kernel });
    const problem = { message: expect.stringContaining(message), remedy: expect.stringContaining("systemd-run --user --scope -p Delegate=yes") };
    expect(support.controllers).toEqual([]);
    expect(support.problems).toEqual(["memory", "pids", "cpu"].map((controller) => ({ controller, ...problem })));
    await expect(support.create({ pids: 5 })).rejects.toMatchObject({ code: "CGROUP_UNSUPPORTED", message: expect.stringContaining(message) });
    await using group = await support.create();
    await kernel.write(group.join[0] ?? "", "4711");
    await group.kill();
    expect([...kernel.groups.keys()]).not.toContain(`${SCOPE}/dad-host`);
    expect(kernel.groups.get(SCOPE)?.processes).toContain(SELF);
  });

  it("moves nobody who came after it had looked", async () => {
    const kernel = fakeKernel({ own: SCOPE });
    const support = await findCgroups({ files: kernel });
    kernel.groups.get(SCOPE)?.processes.add(STRANGER);
    await expect(support.create({ pids: 5 })).rejects.toMatchObject({ code: "CGROUP_FAILED", message: expect.stringContaining(STRANGER) });
    expect(kernel.groups.get(SCOPE)?.processes).toEqual(new Set([SELF, STRANGER]));
  });

  it("says what was not delegated, and how to get it", async () => {
    const support = await findCgroups({ files: fakeKernel({ own: SCOPE, available: ["memory", "pids"] }) });
    expect(support.controllers).toEqual(["memory", "pids"]);
    expect(support.problems).toEqual([
      { controller: "cpu", message: `${SCOPE} was given no such controller`, remedy: expect.stringContaining("Delegate=yes") },
    ]);
    await expect(support.create({ pids: 3, cpuCores: 1 })).rejects.toMatchObject({ code: "CGROUP_UNSUPPORTED" });
  });

  it("can do nothing where it may not write", async () => {
    const support = await findCgroups({ files: fakeKernel({ own: SCOPE, writable: false }) });
    expect(support).toMatchObject({ controllers: [], directories: [] });
    await expect(support.create()).rejects.toMatchObject({ code: "CGROUP_UNSUPPORTED", message: expect.stringContaining("may not be written") });
  });

  it("can do nothing where there are no control groups", async () => {
    const files = { ...fakeKernel({ own: SCOPE }), read: async () => undefined };
    const support = await findCgroups({ files });
    expect(support).toMatchObject({ controllers: [], directories: [] });
    expect(support.problems[0]?.remedy).toContain("mount -t cgroup2");
  });
});

describe("a control group of version 2", () => {
  async function groupOf(kernel: Fake): ReturnType<Awaited<ReturnType<typeof findCgroups>>["create"]> {
    return (await findCgroups({ files: kernel })).create(LIMITS);
  }

  it("tells what it used, and what was refused to it", async () => {
    const kernel = fakeKernel({ own: SCOPE });
    const group = await groupOf(kernel);
    const { settings } = kernel.groups.get(`${SCOPE}/${group.name}`) ?? {};
    const facts = {
      "memory.current": "1000\n",
      "memory.peak": "2000\n",
      "memory.events": "low 0\nhigh 0\nmax 7\noom 3\noom_kill 2\noom_group_kill 1\n",
      "pids.current": "4\n",
      "pids.events": "max 5\n",
      "cpu.stat": "usage_usec 1500\nuser_usec 1000\n",
    };
    for (const [file, text] of Object.entries(facts)) settings?.set(file, text);
    expect(await group.usage()).toEqual({ memoryBytes: 1000, memoryPeakBytes: 2000, cpuMs: 1.5, pids: 4 });
    expect(await group.events()).toEqual({ oomKills: 2, pidsRefused: 5 });
  });

  it("is gone with all that was in it when it is disposed of, and that may be done twice", async () => {
    const kernel = fakeKernel({ own: SCOPE });
    const group = await groupOf(kernel);
    await kernel.write(group.join[0] ?? "", "4711");
    await group[Symbol.asyncDispose]();
    await group[Symbol.asyncDispose]();
    expect(kernel.groups.has(`${SCOPE}/${group.name}`)).toBe(false);
    expect([await group.usage(), await group.events()]).toEqual([{}, {}]);
  });

  it("admits nobody while processes have to be killed one by one, and as many as before after that", async () => {
    const kernel = fakeKernel({ own: SCOPE });
    const written: string[] = [];
    const files: CgroupFiles = {
      ...kernel,
      isWritable: async (path) => !path.endsWith("/cgroup.kill") && kernel.isWritable(path),
      async write(path, text) {
        if (path.endsWith("/pids.max")) written.push(text);
        await kernel.write(path, text);
      },
    };
    const group = await (await findCgroups({ files })).create(LIMITS);
    await group.kill();
    expect(written).toEqual(["32", "0", "32"]);
  });

  it("ends also who comes in while it is removed", async () => {
    const kernel = fakeKernel({ own: SCOPE });
    let late = 3;
    const removeDirectory: Fake["removeDirectory"] = async (path) => {
      if (late-- > 0) kernel.groups.get(path)?.processes.add("4711");
      return kernel.removeDirectory(path);
    };
    const group = await (await findCgroups({ files: { ...kernel, removeDirectory } })).create(LIMITS);
    await group[Symbol.asyncDispose]();
    expect(kernel.groups.has(`${SCOPE}/${group.name}`)).toBe(false);
  });

  it("does not stay when a limit cannot be set", async () => {
    const kernel = fakeKernel({ own: SCOPE });
    const write: Fake["write"] = (path, text) => (path.endsWith("memory.max") ? Promise.reject(failure("EINVAL")) : kernel.write(path, text));
    const support = await findCgroups({ files: { ...kernel, write } });
    await expect(support.create(LIMITS)).rejects.toMatchObject({ code: "CGROUP_FAILED", message: expect.stringContaining("EINVAL") });
    expect([...kernel.groups.keys()].filter((path) => path.includes("/dad-")).map((path) => split(path)[1])).toEqual(["dad-host"]);
  });

  it.each([{ memoryBytes: 0 }, { memoryBytes: 1.5 }, { pids: -1 }, { cpuCores: 0 }, { cpuCores: Number.NaN }])(
    "has no such limit as %j",
    async (limits) => {
      const support = await findCgroups({ files: fakeKernel({ own: SCOPE }) });
      await expect(support.create(limits)).rejects.toThrow(TypeError);
    },
  );
});

describe("sweep", () => {
  it("ends and removes what dead processes of this namespace left, wherever it is, and nothing else", async () => {
    const kernel = fakeKernel({ own: `${SCOPE}/dad-host` });
    const support = await findCgroups({ files: kernel });
    const { name: mine } = await support.create({ pids: 3 });
    const [, namespace = ""] = mine.split("-");
    const nobody = "4194305.1"; // No process has so high a number.
    const left = `dad-${namespace}-${nobody}-ab`;
    const others = ["dad-host", mine, `dad-1${namespace}-${nobody}-ab`, `dad-${namespace}-cd`, `x${left}`];
    for (const path of [left, ...others.slice(2)].map((name) => `${MOUNT}/user.slice/${name}`)) await kernel.makeDirectory(path);
    kernel.groups.get(`${MOUNT}/user.slice/${left}`)?.processes.add("4711");

    expect(await support.sweep()).toEqual([left]);
    const names = [...kernel.groups.keys()].map((path) => split(path)[1]);
    expect(names).not.toContain(left);
    expect(names).toEqual(expect.arrayContaining(others));
  });
});
