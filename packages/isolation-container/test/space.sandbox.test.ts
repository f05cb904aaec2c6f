import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { request } from "node:http";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { ownerName } from "@dad/isolation";
import { containerIsolation } from "@dad/isolation-container";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeEngine, type FakeEngineOptions, startFakeEngine } from "./fake-engine/fake-engine.ts";

const runId = RunId.parse("run1");
const DIE: [string, ...string[]] = ["sh", "-c", "kill -9 $$"];
const PRINT_HOME: [string, ...string[]] = ["sh", "-c", 'printf %s "$HOME"'];

let directory: string;
let workspace: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dad-space-"));
  workspace = join(directory, "workspace");
  mkdirSync(workspace);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function engineWith(options: FakeEngineOptions = {}): Promise<FakeEngine> {
  return startFakeEngine(join(directory, "engine.sock"), options);
}
const isolationOn = ({ socketPath }: FakeEngine) => containerIsolation({ sockets: [socketPath], image: "fake:1", graceMs: 100 });

/** Asks an engine to make a container that nobody starts, as a process leaves one that is killed in between. */
async function leaveContainer({ socketPath }: FakeEngine, Labels: Record<string, string>): Promise<string> {
  const asked = request({ socketPath, method: "POST", path: "/v1.44/containers/create", headers: { "Content-Type": "application/json" } });
  const said = new Promise<unknown>((resolve, reject) => {
    asked.once("response", (response) => resolve(json(response))).once("error", reject);
  });
  const streams = { AttachStdin: true, AttachStdout: false, AttachStderr: false, Tty: false };
  asked.end(JSON.stringify({ Image: "fake:1", Entrypoint: ["sh"], Cmd: [], User: "1:1", ...streams, Labels, HostConfig: { Init: true } }));
  return ((await said) as { readonly Id: string }).Id;
}

describe("a space in a container", () => {
  it("has no container before its first command, one for all of them, and none after it is closed", async () => {
    await using engine = await engineWith();
    const space = await isolationOn(engine).open({ runId, workspace });
    expect(engine.containers.size).toBe(0);
    await Promise.all([1, 2, 3].map(async () => space.exec({ argv: PRINT_HOME })));
    expect(engine.containers.size).toBe(1);
    expect(await space.usage()).toMatchObject({ commands: 3, cpuMs: expect.any(Number) });
    await space[Symbol.asyncDispose]();
    expect(engine.containers.size).toBe(0);
  });

  it("gets another container after it was ended, and keeps its home", async () => {
    await using engine = await engineWith();
    await using space = await isolationOn(engine).open({ runId, workspace });
    await space.exec({ argv: ["sh", "-c", 'echo kept > "$HOME/kept"'] });
    const [first] = engine.containers.keys();
    await space.kill();
    expect(engine.containers.size).toBe(0);
    const { stdout } = await space.exec({ argv: ["sh", "-c", 'cat "$HOME/kept"'] });
    expect(Buffer.from(stdout).toString()).toBe("kept\n");
    expect([...engine.containers.keys()]).not.toContain(first);
  });

  it("says that its container ended when a command ends the container, and goes on in another one", async () => {
    await using engine = await engineWith();
    await using space = await isolationOn(engine).open({ runId, workspace });
    await expect(space.exec({ argv: ["sh", "-c", "kill -9 -1; sleep 100"] })).rejects.toMatchObject({ code: "ISOLATION_FAILED" });
    expect(await space.exec({ argv: ["sh", "-c", "exit 7"] })).toMatchObject({ reason: "exited", exitCode: 7 });
  });

  it("tells of a command that the kernel ended for want of memory, once", async () => {
    // The fake does not limit memory: what an engine would note is noted here.
    await using engine = await engineWith({ info: { MemoryLimit: true, SwapLimit: true } });
    await using space = await isolationOn(engine).open({ runId, workspace, policy: { limits: { memoryBytes: 2 ** 28 } } });
    expect(await space.exec({ argv: DIE })).toMatchObject({ reason: "signaled", signal: "SIGKILL" });
    for (const container of engine.containers.values()) {
      expect(container.body.HostConfig).toMatchObject({ Memory: 2 ** 28, MemorySwap: 2 ** 28 });
      container.oomKilled = true;
    }
    expect(await space.exec({ argv: DIE })).toMatchObject({ reason: "memory", signal: "SIGKILL" });
    expect(await space.exec({ argv: DIE })).toMatchObject({ reason: "signaled" });
  });

  it("is never root, and gives what is root's to who its commands are", async () => {
    await using engine = await engineWith();
    await using space = await isolationOn(engine).open({ runId, workspace });
    const { stdout } = await space.exec({ argv: ["sh", "-c", "id -u; echo x > own; mkdir sub"] });
    const uid = Number(Buffer.from(stdout).toString());
    expect(uid).not.toBe(0);
    expect([(await stat(workspace)).uid, (await stat(join(workspace, "own"))).uid]).toEqual([uid, uid]);
  });

  it("cannot begin a command that the engine cannot start, and says what the engine said", async () => {
    await using engine = await engineWith();
    const isolation = isolationOn(engine);
    await isolation.probe();
    await using space = await isolation.open({ runId, workspace });
    await engine[Symbol.asyncDispose]();
    await expect(space.exec({ argv: PRINT_HOME })).rejects.toMatchObject({ code: "ISOLATION_FAILED", details: { doing: "start", subject: "sh" } });
  });
});

describe("sweep", () => {
  it("removes the containers of processes of this machine that are gone, and no others", async () => {
    await using engine = await engineWith();
    const isolation = isolationOn(engine);
    await using space = await isolation.open({ runId, workspace });
    await space.exec({ argv: PRINT_HOME });
    const [used] = engine.containers.keys();
    const left = await leaveContainer(engine, { "dad.owner": "4194304.1", "dad.host": hostname() });
    const kept = [
      await leaveContainer(engine, { "dad.owner": "4194304.1", "dad.host": "another machine" }),
      await leaveContainer(engine, { "dad.owner": ownerName(), "dad.host": hostname() }),
      await leaveContainer(engine, {}),
    ];
    const { removed } = await isolation.sweep();
    expect(removed).toContain(`container ${left}`);
    expect(new Set(engine.containers.keys())).toEqual(new Set([used, ...kept]));
    expect(engine.mistakes).toEqual([]);
  });

  it("removes the directories that such a process left, and no others", async () => {
    await using engine = await engineWith();
    const [left, used] = ["4194304.1-left", `${ownerName()}-used`].map((name) => join(tmpdir(), `dad-container-${name}`));
    for (const path of [left, used]) mkdirSync(path ?? "", { recursive: true });
    const { removed } = await isolationOn(engine).sweep();
    expect(removed).toContain(left);
    expect((await readdir(tmpdir())).map((name) => join(tmpdir(), name))).toContain(used);
    rmSync(used ?? "", { recursive: true });
  });
});
