import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scopeIsolation } from "@dad/isolation/scope";
import { isolationContract } from "@dad/isolation/testing";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

isolationContract("scopeIsolation", { create: () => scopeIsolation({ hostEnv: process.env, graceMs: 100 }) });
isolationContract("scopeIsolation without the host's environment", { create: () => scopeIsolation({ graceMs: 100 }) });

const runId = RunId.parse("run1");

describe("scopeIsolation", () => {
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
    await using space = await scopeIsolation({ hostEnv }).open({ runId, workspace });
    expect({ ...space.env }).toEqual({ PATH: process.env.PATH, LANG: "de_DE.UTF-8", TZ: "UTC", HOME: workspace });
    expect(Object.getPrototypeOf(space.env)).toBeNull();
  });

  it("lets a run set its own home", async () => {
    await using space = await scopeIsolation().open({ runId, workspace, env: { HOME: "/elsewhere" } });
    const { stdout } = await space.exec({ argv: [process.execPath, "-p", "process.env.HOME"] });
    expect(Buffer.from(stdout).toString().trim()).toBe("/elsewhere");
  });

  it("gives a command that listens to a request to end the time to do so", async () => {
    await using space = await scopeIsolation({ graceMs: 30_000 }).open({ runId, workspace });
    const argv: [string, ...string[]] = [
      process.execPath,
      "-e",
      "process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000); process.stdout.write('ready')",
    ];
    const running = space.exec({ argv }, { onOutput: () => void space.kill() });
    expect(await running).toMatchObject({ reason: "aborted", exitCode: 9, signal: null });
  });

  it("says that it cannot start a command with more arguments than the machine takes", async () => {
    await using space = await scopeIsolation().open({ runId, workspace });
    const argv: [string, ...string[]] = [process.execPath, "-e", "0", ...Array.from({ length: 100 }, () => "x".repeat(100_000))];
    await expect(space.exec({ argv })).rejects.toMatchObject({ code: "ISOLATION_FAILED" });
  });
});
