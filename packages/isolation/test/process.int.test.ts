import { mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { StartedProcess } from "@dad/isolation";
import { isGroupLeft, processIsolation } from "@dad/isolation/process";
import { isolationContract } from "@dad/isolation/testing";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

isolationContract("processIsolation", { create: () => processIsolation({ hostEnv: process.env, graceMs: 100 }) });
const runId = RunId.parse("run1");
const LEAVING: [string, ...string[]] = ["sh", "-c", 'touch "$HOME/left"'];

const exists = async (path: string): Promise<boolean> => (await readdir(dirname(path))).includes(basename(path));

describe("processIsolation", () => {
  it("gives commands the usual directories, with this node, where it is told nothing of its host", async () => {
    const workspace = await realpath(await mkdtemp(join(tmpdir(), "dad-process-")));
    await using space = await processIsolation().open({ runId, workspace });
    const { stdout } = await space.exec({ argv: ["node", "-p", "process.execPath"] });
    expect(Buffer.from(stdout).toString().trim()).toBe(process.execPath);
    expect(Object.keys(space.env).toSorted()).toEqual(["HOME", "PATH"]);
    await rm(workspace, { recursive: true });
  });

  let workspace: string;
  beforeEach(async () => {
    workspace = await realpath(await mkdtemp(join(tmpdir(), "dad-scope-")));
  });
  afterEach(async () => rm(workspace, { recursive: true, force: true }));

  it("passes on what a program needs to print, and nothing else", async () => {
    const hostEnv = {
      PATH: process.env.PATH,
      LANG: "de_DE.UTF-8",
      TZ: "UTC",
      NODE_OPTIONS: "--bad",
      GIT_DIR: "/x",
      LD_PRELOAD: "/x",
      HOME: "/root",
      USER: "x",
    };
    await using space = await processIsolation({ hostEnv }).open({ runId, workspace });
    expect({ ...space.env }).toEqual({ PATH: process.env.PATH, LANG: "de_DE.UTF-8", TZ: "UTC", HOME: expect.any(String) });
    expect(Object.getPrototypeOf(space.env)).toBeNull();
  });

  it("gives each space a home for its user only, and takes it away with the space", async () => {
    const isolation = processIsolation();
    await using other = await isolation.open({ runId, workspace });
    const space = await isolation.open({ runId, workspace });
    const home = space.env.HOME ?? "";
    expect(await exists(home)).toBe(false);
    await space.exec({ argv: LEAVING });
    await other.exec({ argv: LEAVING });
    expect([await readdir(home), (await stat(home)).mode & 0o777]).toEqual([["left"], 0o700]);
    await Promise.allSettled([space.exec({ argv: LEAVING }), space[Symbol.asyncDispose]()]);
    expect([await exists(home), await exists(other.env.HOME ?? "")]).toEqual([false, true]);
    await expect(space.exec({ argv: LEAVING })).rejects.toMatchObject({ code: "ISOLATION_CLOSED" });
    expect(await exists(home)).toBe(false);
  });

  it("keeps the homes of runs in one directory when it is told to, each until the last space of its run is closed", async () => {
    const homes = join(workspace, "homes");
    await mkdir(join(homes, runId), { recursive: true });
    await writeFile(join(homes, runId, "of a process that was killed"), "");
    const isolation = processIsolation({ homes });
    const [space, same, unused] = await Promise.all([0, 1, 2].map(() => isolation.open({ runId, workspace })));
    expect(space?.env.HOME).toBe(join(homes, runId));
    await Promise.all([space?.exec({ argv: LEAVING }), same?.exec({ argv: LEAVING })]);
    await unused?.[Symbol.asyncDispose]();
    await space?.[Symbol.asyncDispose]();
    expect(await readdir(join(homes, runId))).toEqual(["left", "of a process that was killed"]);
    await same?.[Symbol.asyncDispose]();
    expect(await readdir(homes)).toEqual([]);
  });

  it("says that it cannot make a home", async () => {
    await writeFile(join(workspace, "file"), "");
    await using space = await processIsolation({ homes: join(workspace, "file") }).open({ runId, workspace });
    await expect(space.exec({ argv: LEAVING })).rejects.toMatchObject({ code: "ISOLATION_FAILED", cause: { code: "ENOTDIR" } });
  });

  it("lets a run set its own home", async () => {
    await using space = await processIsolation().open({ runId, workspace, env: { HOME: "/elsewhere" } });
    const { stdout } = await space.exec({ argv: [process.execPath, "-p", "process.env.HOME"] });
    expect(Buffer.from(stdout).toString().trim()).toBe("/elsewhere");
  });

  it("gives a command that listens to a request to end the time to do so", async () => {
    await using space = await processIsolation({ graceMs: 30_000 }).open({ runId, workspace });
    const argv: [string, ...string[]] = [
      process.execPath,
      "-e",
      "process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000); process.stdout.write('ready')",
    ];
    const running = space.exec({ argv }, { onOutput: () => void space.kill() });
    expect(await running).toMatchObject({ reason: "aborted", exitCode: 9, signal: null });
  });

  it("tells where a command is to be found, and afterwards whether something is left of it", async () => {
    await using space = await processIsolation({ graceMs: 100 }).open({ runId, workspace });
    const started = Promise.withResolvers<StartedProcess>();
    const ready = Promise.withResolvers<unknown>();
    const argv: [string, ...string[]] = ["sh", "-c", "sleep 1000 & echo ready; wait"];
    const running = space.exec({ argv }, { onStart: started.resolve, onOutput: ready.resolve });
    const [command] = await Promise.all([started.promise, ready.promise]);
    expect(command).toMatchObject({ pid: expect.any(Number), host: hostname() });
    expect(await isGroupLeft(command)).toBe(true);
    expect(await isGroupLeft({ ...command, host: "elsewhere" })).toBeUndefined();
    process.kill(command.pid, "SIGKILL");
    expect(await running).toMatchObject({ reason: "signaled" });
    // What it had started is still there.
    expect(await isGroupLeft(command)).toBe(true);
    await space.kill();
    expect(await isGroupLeft(command)).toBe(false);
  });

  it.runIf(process.platform === "linux")("knows a process from another one that had its number before", async () => {
    await using space = await processIsolation().open({ runId, workspace });
    const started = Promise.withResolvers<StartedProcess>();
    void space.exec({ argv: ["sleep", "1000"] }, { onStart: started.resolve });
    const command = await started.promise;
    expect(await isGroupLeft({ ...command, startTime: "1" })).toBe(false);
    expect(await isGroupLeft({ ...command, bootId: "another" })).toBe(false);
  });

  it("ends the command and passes the error on when nobody can be told of its start", async () => {
    await using space = await processIsolation().open({ runId, workspace });
    const onStart = (): void => {
      throw new RangeError("listener");
    };
    await expect(space.exec({ argv: ["sleep", "1000"] }, { onStart })).rejects.toThrow("listener");
  });

  it("says that it cannot start a command with more arguments than the machine takes", async () => {
    await using space = await processIsolation().open({ runId, workspace });
    const argv: [string, ...string[]] = [process.execPath, "-e", "0", ...Array.from({ length: 100 }, () => "x".repeat(100_000))];
    await expect(space.exec({ argv })).rejects.toMatchObject({ code: "ISOLATION_FAILED" });
  });
});
