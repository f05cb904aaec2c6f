import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Cgroup, type CgroupFiles, CONTROLLERS, findCgroups, nodeCgroupFiles } from "@dad/isolation-bubblewrap/cgroup";
import { describe, expect, it } from "vitest";

/** As on older kernels, and on machines without version 2: processes have to be killed one by one. */
const filesWithoutKill: CgroupFiles = {
  ...nodeCgroupFiles,
  isWritable: async (path) => !path.endsWith("/cgroup.kill") && nodeCgroupFiles.isWritable(path),
};
const MACHINES = [
  { what: "a control group of this machine", support: await findCgroups() },
  { what: "a control group that the kernel cannot end as one", support: await findCgroups({ files: filesWithoutKill }) },
];
const USABLE = MACHINES.filter(({ support }) => support.controllers.length === CONTROLLERS.length);
const NOBODY = 65_534;

/** Starts it in the group. It is not waited for. */
function startIn(group: Cgroup, ...argv: [string, ...string[]]): ChildProcess {
  const [program, ...args] = group.entering(argv);
  return spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
}

async function output(child: ChildProcess): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of child.stdout ?? []) chunks.push(String(chunk));
  return chunks.join("");
}

/** Dead is also who has not been reaped yet. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

function members(group: Cgroup): readonly number[] {
  return group.join
    .flatMap((path) => readFileSync(path, "utf8").split("\n"))
    .filter((line) => line !== "")
    .map(Number);
}

function run(script: string, ...args: string[]): string {
  return execFileSync(process.execPath, ["--conditions=@dad/source", join(import.meta.dirname, script), ...args], { encoding: "utf8" });
}

async function hostWithGroup(): Promise<{ readonly host: ChildProcess; readonly pid: number; readonly join: string[] }> {
  const host = spawn(process.execPath, ["--conditions=@dad/source", join(import.meta.dirname, "leave-a-cgroup.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(host.stdout, "data")) as [Buffer];
  return { host, ...(JSON.parse(line.toString()) as { pid: number; join: string[] }) };
}

describe.each(USABLE)("$what", ({ support }) => {
  it("stops a fork bomb at the limit, counts what was refused, and ends what there is", async () => {
    await using group = await support.create({ pids: 16 });
    const bomb = startIn(group, "sh", "-c", "trap '' TERM HUP; while :; do sleep 1000 & done");
    await once(bomb, "exit");
    expect(await group.events()).toMatchObject({ pidsRefused: expect.toSatisfy((refused: number) => refused > 0) });
    const pids = members(group);
    expect(new Set(pids).size).toBeGreaterThan(5);
    expect((await group.usage()).pids).toBeLessThanOrEqual(16);
    await group.kill();
    expect([members(group), pids.filter(isAlive)]).toEqual([[], []]);
  });

  it("ends a bomb that goes on and on", async () => {
    await using group = await support.create({ pids: 20 });
    const bomb = startIn(group, "perl", "-e", "$| = 1; fork while (print 'x') || 1");
    await once(bomb.stdout ?? bomb, "data");
    await group.kill();
    expect(members(group)).toEqual([]);
  });

  it("kills for memory what is over the limit only together, and tells it", async () => {
    await using group = await support.create({ memoryBytes: 64 * 1024 * 1024 });
    const hog = "$x = 'x' x 30_000_000; sleep 1000";
    startIn(group, "sh", "-c", `for i in 1 2 3 4; do perl -e "${hog.replace("$", "\\$")}" & done; wait`);
    await expect.poll(async () => (await group.events()).oomKills, { timeout: 30_000 }).toBeGreaterThan(0);
    const { memoryPeakBytes = 0, memoryBytes = 0 } = await group.usage();
    expect(memoryPeakBytes).toBeGreaterThan(48 * 1024 * 1024);
    expect(Math.max(memoryPeakBytes, memoryBytes)).toBeLessThanOrEqual(64 * 1024 * 1024);
  });

  it("ends a daemon that left its session, its process group and its parent", async () => {
    await using group = await support.create({ pids: 50 });
    const shell = startIn(group, "setsid", "sh", "-c", "setsid sh -c 'trap \"\" TERM; echo $$; exec >&-; while :; do sleep 1; done' &");
    const pid = Number(await output(shell));
    expect(isAlive(pid)).toBe(true);
    await group.kill();
    expect(isAlive(pid)).toBe(false);
  });

  it("tells the processor time that was used, and limits it", async () => {
    await using group = await support.create({ cpuCores: 0.1, pids: 10 });
    await once(startIn(group, "perl", "-e", "1 while (times)[0] + (times)[1] < 0.1"), "exit");
    expect((await group.usage()).cpuMs).toBeGreaterThan(90);
    const stats = await Promise.all(group.join.map((path) => nodeCgroupFiles.read(join(dirname(path), "cpu.stat"))));
    expect(stats.join("\n")).toMatch(/nr_throttled [1-9]/);
  });

  it("can be used again after everything in it was killed", async () => {
    await using group = await support.create({ pids: 10 });
    const first = startIn(group, "sh", "-c", "echo in; sleep 1000 & wait");
    await once(first.stdout ?? first, "data");
    const end = once(first, "exit");
    await group.kill();
    await end;
    const [program, ...args] = group.entering(["sh", "-c", "echo again | cat"]);
    expect(spawnSync(program, args, { encoding: "utf8" })).toMatchObject({ status: 0, stdout: "again\n" });
  });

  it("runs nothing that cannot enter", async () => {
    const group = await support.create({ pids: 5 });
    await group[Symbol.asyncDispose]();
    const [program, ...args] = group.entering(["echo", "ran"]);
    expect(spawnSync(program, args, { encoding: "utf8" })).toMatchObject({ status: 125, stdout: "" });
  });

  it("passes on what it is to run as it is, and what that ends with", async () => {
    await using group = await support.create({ pids: 5 });
    const [program, ...args] = group.entering(["sh", "-c", 'printf "%s|" "$@"; exit 7', "sh", "a b", "", "$x\n'\""]);
    expect(spawnSync(program, args, { encoding: "utf8" })).toMatchObject({ status: 7, stdout: "a b||$x\n'\"|" });
  });

  it("leaves no directory behind, also when somebody is only just coming in", async () => {
    const group = await support.create({ pids: 5, memoryBytes: 16 * 1024 * 1024, cpuCores: 1 });
    expect(group.join.filter((path) => existsSync(dirname(path)))).toEqual(group.join);
    startIn(group, "sleep", "1000");
    await group[Symbol.asyncDispose]();
    expect(group.join.filter((path) => existsSync(dirname(path)))).toEqual([]);
  });

  // What a sweep gives is not looked at: it may be that of another test which finds the group first.
  it("is ended and removed by a sweep after its host was killed, not before", async () => {
    const [dead, alive] = await Promise.all([hostWithGroup(), hostWithGroup()]);
    dead.host.kill("SIGKILL");
    await once(dead.host, "exit");
    await support.sweep();
    expect([isAlive(dead.pid), dead.join.filter(existsSync)]).toEqual([false, []]);
    expect([isAlive(alive.pid), alive.join.filter(existsSync)]).toEqual([true, alive.join]);

    alive.host.kill("SIGKILL");
    await once(alive.host, "exit");
    await support.sweep();
    expect([isAlive(alive.pid), alive.join.filter(existsSync)]).toEqual([false, []]);
  });
});

describe("what control groups can do", () => {
  it.each(MACHINES)("is told of every controller: it is there, or why it is not and how to get it ($what)", ({ support }) => {
    const missing = support.problems.map(({ controller }) => controller);
    expect(new Set([...support.controllers, ...missing])).toEqual(new Set(CONTROLLERS));
    for (const { message, remedy } of support.problems) expect([message, remedy]).not.toContain("");
  });

  // Only root can be somebody else.
  it.each(process.geteuid?.() === 0 ? [NOBODY] : [])("is nothing for user %i, who has no rights", (user) => {
    expect(JSON.parse(run("say-cgroups.ts", String(user)))).toEqual({
      controllers: [],
      directories: [],
      problems: CONTROLLERS.map((controller) => ({
        controller,
        message: expect.stringContaining("may not be written"),
        remedy: expect.stringMatching(/root|systemd-run/),
      })),
    });
  });
});
