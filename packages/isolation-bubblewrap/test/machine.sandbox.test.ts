import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, lstat, mkdir, open, readdir, readFile, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { IsolationAdapter } from "@dad/isolation";
import { bubblewrapIsolation } from "@dad/isolation-bubblewrap";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { leftOf, openHost, processesWith, type TestHost } from "./host.ts";

const KILLED = fileURLToPath(new URL("./killed-host.ts", import.meta.url));
const PRINTING = fileURLToPath(new URL("./printing-host.ts", import.meta.url));
const SOURCE = "--conditions=@dad/source";

/** Only root can be somebody else. */
const isRoot = process.getuid?.() === 0;

let host: TestHost;
beforeEach(async () => {
  host = await openHost();
});
afterEach(async () => host[Symbol.asyncDispose]());

describe("a machine that has no sandboxes", () => {
  /** A program in the place of bwrap. It says that it was run for more than its version. */
  async function fake(lines: string): Promise<string> {
    const path = join(host.directory, "bwrap");
    // Also for the users of runs.
    await chmod(host.directory, 0o755);
    await writeFile(join(host.directory, "ran"), "", { mode: 0o666 });
    await chmod(join(host.directory, "ran"), 0o666);
    await writeFile(path, `#!/bin/sh\n[ "$1" = --version ] || echo ran >> ${join(host.directory, "ran")}\n${lines}\n`);
    await chmod(path, 0o755);
    return path;
  }
  const saying = (words: string): string => `[ "$1" = --version ] && { echo bubblewrap 0.8.0; exit; }\necho "bwrap: ${words}" >&2\nexit 1`;

  /** What it says to do, and that nothing was opened, whatever the policy lets be missing. */
  async function refusal(adapter: IsolationAdapter): Promise<string> {
    const workspace = join(host.directory, "workspace");
    await mkdir(workspace, { recursive: true });
    const probe = await adapter.probe();
    expect([probe.available, new Set(Object.values(probe.guards))]).toEqual([false, new Set(["none"])]);
    const remedy = probe.problems[0]?.remedy ?? "";
    for (const onMissing of ["fail", "degrade"] as const) {
      const opening = adapter.open({ runId: RunId.parse("run1"), workspace, policy: { onMissing } });
      await expect(opening).rejects.toMatchObject({ code: "ISOLATION_UNAVAILABLE", message: expect.stringContaining(remedy) });
    }
    expect(await readdir(workspace)).toEqual([]);
    expect(await leftOf(process.pid)).toEqual([]);
    return remedy;
  }

  it("says to install bubblewrap where there is none", async () => {
    expect(await refusal(bubblewrapIsolation({ program: join(host.directory, "missing") }))).toContain("apt-get install bubblewrap");
  });

  it("says to install a later bubblewrap, and does not try the old one", async () => {
    const program = await fake("echo bubblewrap 0.5.0");
    expect(await refusal(bubblewrapIsolation({ program }))).toContain("apt-get install bubblewrap");
    expect(await readFile(join(host.directory, "ran"), "utf8")).toBe("");
  });

  it.runIf(process.platform === "linux").each([
    ["Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)", "user.max_user_namespaces"],
    ["No permissions to create new namespace", "kernel.unprivileged_userns_clone=1"],
    ["setting up uid map: Permission denied", "bwrap-userns-restrict"],
    ["Can't mount proc on /newroot/proc: Operation not permitted", "@dad/isolation-container"],
  ])("says what to do where bwrap says %s", async (words, remedy) => {
    expect(await refusal(bubblewrapIsolation({ program: await fake(saying(words)) }))).toContain(remedy);
  });
});

describe("a machine with sandboxes", () => {
  it("is looked at once, and says what was found", async () => {
    const [first, second] = [await host.adapter.probe(), await host.adapter.probe()];
    expect(second).toBe(first);
    expect(first).toMatchObject({ available: true, facts: { bwrap: expect.stringContaining("bubblewrap"), kernel: expect.any(String) } });
  });

  it("notices memory that the kernel does not limit", async () => {
    await using unlimited = await openHost({ cgroups: false });
    expect((await unlimited.adapter.probe()).guards).toMatchObject({ "limit.memory": "detected", "limit.cpu": "none" });
    const space = await unlimited.open({ limits: { memoryBytes: 128 * 1024 * 1024 } });
    const code = "globalThis.held = Buffer.alloc(512 * 1024 * 1024, 1); setInterval(() => {}, 1000)";
    expect(await space.exec({ argv: [process.execPath, "-e", code] }, { timeoutMs: 20_000 })).toMatchObject({ reason: "memory" });
    expect(await space.exec({ argv: ["true"] })).toMatchObject({ reason: "exited" });
  });

  it("opens no space for a worker, with which it would end", async () => {
    const worker = new Worker(new URL("./worker-host.ts", import.meta.url), { execArgv: [SOURCE] });
    const [told] = (await once(worker, "error")) as [Error];
    expect(told.message).toContain("main thread");
  });

  it("hands on no open file that the host was started with", async () => {
    const secret = join(host.directory, "secret");
    await writeFile(secret, "secret");
    await using file = await open(secret);
    // The first ones node closes by itself on the way to another program.
    const unused = Array.from({ length: 37 }, () => "ignore" as const);
    const child = spawn(process.execPath, [SOURCE, PRINTING, host.directory, "echo begun; cat /proc/self/fd/40"], {
      stdio: ["ignore", "pipe", "inherit", ...unused, file.fd],
    });
    const printed = child.stdout ? await text(child.stdout) : "";
    expect(printed).toBe("printed: begun\n");
  });

  it("tells root, and nobody else, that the users of runs cannot get into its temporary directory", async () => {
    vi.stubEnv("TMPDIR", host.directory);
    const { available, problems } = await bubblewrapIsolation().probe();
    vi.unstubAllEnvs();
    expect(available).toBe(!isRoot);
    expect(problems.some(({ remedy }) => remedy.startsWith("set TMPDIR to a directory that everybody may enter"))).toBe(isRoot);
  });

  it("gives each run of root a user of its own, and no workspace to two of them at once", async () => {
    const [one, other] = await Promise.all(["run1", "run2"].map((id) => host.open({}, join(host.directory, id), id)));
    const users = await Promise.all(
      [one, other].map(async (space) => {
        await space?.exec({ argv: ["sh", "-c", "echo > made"] });
        return (await lstat(join(space?.cwd ?? "", "made"))).uid;
      }),
    );
    expect(new Set(users).size).toBe(isRoot ? 2 : 1);
    expect(users.includes(process.getuid?.() ?? 0)).toBe(!isRoot);
    const third = await host.open({}, join(host.directory, "run1"), "run3");
    const refusal = await third.exec({ argv: ["true"] }).then(
      () => "none",
      (error: Error) => error.message,
    );
    expect(refusal).toMatch(isRoot ? "is lent to another run" : "none");
    await one?.[Symbol.asyncDispose]();
    expect(await third.exec({ argv: ["true"] })).toMatchObject({ exitCode: 0 });
  });

  it("has nothing left of twenty sandboxes whose host was killed, when it was swept", async () => {
    const mark = `${Math.random()}`.slice(2);
    const child = spawn(process.execPath, [SOURCE, KILLED, host.directory, mark], { stdio: ["ignore", "pipe", "inherit"] });
    await ready(child);
    expect((await processesWith(mark)).length).toBeGreaterThanOrEqual(20);
    expect((await leftOf(child.pid ?? 0)).length).toBeGreaterThanOrEqual(40);
    child.kill("SIGKILL");
    await once(child, "exit");
    await expect.poll(() => processesWith(mark), { timeout: 10_000 }).toEqual([]);
    const { removed } = await host.adapter.sweep();
    expect(removed.length).toBeGreaterThanOrEqual(40);
    // Whoever else sweeps on this machine may be about to remove some of it.
    await expect.poll(() => leftOf(child.pid ?? 0), { timeout: 10_000 }).toEqual([]);
    const workspaces = (await readdir(host.directory)).map((name) => join(host.directory, name));
    const owners = await Promise.all(workspaces.map(async (path) => (await lstat(path)).uid));
    expect(new Set(owners)).toEqual(new Set([process.getuid?.()]));
  });
});

/** Until it prints a line. */
async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout) await once(createInterface(child.stdout), "line");
}
