import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { containerIsolation, type ContainerIsolationOptions } from "@dad/isolation-container";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type FakeEngineOptions, startFakeEngine } from "./fake-engine/fake-engine.ts";

const runId = RunId.parse("run1");
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dad-problems-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** What the adapter finds on an engine of this kind. */
async function probeOf(engineOptions: FakeEngineOptions, options: Partial<ContainerIsolationOptions> = {}) {
  await using engine = await startFakeEngine(join(directory, "engine.sock"), engineOptions);
  return await containerIsolation({ sockets: [engine.socketPath], image: "fake:1", ...options }).probe();
}

describe("what is missing", () => {
  it("is an engine: nothing is run, and how to get one is said", async () => {
    const isolation = containerIsolation({ sockets: [join(directory, "missing.sock"), join(directory, "other.sock")] });
    const probe = await isolation.probe();
    expect(probe).toMatchObject({
      available: false,
      problems: [{ message: expect.stringContaining("missing.sock"), remedy: expect.stringContaining("install Docker") }],
    });
    await expect(isolation.open({ runId, workspace: directory, policy: { onMissing: "degrade" } })).rejects.toMatchObject({
      code: "ISOLATION_UNAVAILABLE",
      details: { problems: [{ remedy: expect.stringContaining("install Docker") }] },
    });
    expect(await isolation.sweep()).toEqual({ removed: expect.any(Array) });
  });

  it("is an engine that runs", async () => {
    const socket = join(directory, "left.sock");
    const server = createServer().listen(join(directory, "real.sock"));
    await once(server, "listening");
    // A socket that nobody listens on any more, as a process leaves it that was killed.
    renameSync(join(directory, "real.sock"), socket);
    server.close();
    await once(server, "close");
    const { problems } = await containerIsolation({ sockets: [socket] }).probe();
    expect(problems).toMatchObject([
      { message: expect.stringContaining("is not running"), remedy: expect.stringContaining("systemctl start docker") },
    ]);
  });

  it("is the image, which is not fetched unasked", async () => {
    const { available, problems } = await probeOf({}, { image: "registry.example/other:2" });
    expect([available, problems[0]?.remedy]).toEqual([false, "docker pull registry.example/other:2"]);
    const podman = await probeOf({ version: { Components: [{ Name: "Podman Engine" }] } }, { image: "other:2" });
    expect(podman.problems[0]?.remedy).toBe("podman pull other:2");
  });

  it("is a runtime, an engine for Linux, or a version that is new enough", async () => {
    expect((await probeOf({}, { runtime: "runsc" })).problems[0]?.message).toContain("no runtime runsc");
    expect((await probeOf({ info: { OSType: "windows" } })).problems[0]?.remedy).toContain("Linux containers");
    expect((await probeOf({ version: { ApiVersion: "1.40" } })).problems[0]?.message).toContain("1.41");
  });

  it("is something that only a start shows", async () => {
    const { available, problems } = await probeOf({ startFailure: 'exec: "docker-init": executable file not found in $PATH' });
    expect([available, problems[0]?.message]).toEqual([false, expect.stringContaining("docker-init")]);
    expect(problems[0]?.remedy).toContain("/bin/sh");
  });

  it("is a controller: the limit is not claimed, and requiring it says what to do", async () => {
    await using engine = await startFakeEngine(join(directory, "engine.sock"), {
      info: { PidsLimit: false, SecurityOptions: ["name=rootless", "name=cgroupns"] },
    });
    const isolation = containerIsolation({ sockets: [engine.socketPath], image: "fake:1" });
    const { guards } = await isolation.probe();
    expect([guards["limit.memory"], guards["limit.pids"], guards["limit.cpu"]]).toEqual(["none", "none", "none"]);
    await expect(isolation.open({ runId, workspace: directory, policy: { limits: { memoryBytes: 1e9 } } })).rejects.toMatchObject({
      code: "ISOLATION_UNAVAILABLE",
      details: { missing: ["limit.memory"], problems: [{ remedy: expect.stringContaining("Delegate=") }] },
    });
  });

  it("is not looked for where the environment says", async () => {
    vi.stubEnv("DOCKER_HOST", "tcp://127.0.0.1:1");
    vi.stubEnv("DOCKER_TLS_VERIFY", "1");
    vi.stubEnv("DOCKER_CLIENT_TIMEOUT", "1");
    try {
      expect((await probeOf({})).available).toBe(true);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("is looked for again, so that it may have come", async () => {
    const socket = join(directory, "engine.sock");
    const isolation = containerIsolation({ sockets: [socket], image: "fake:1" });
    expect((await isolation.probe()).available).toBe(false);
    await using _engine = await startFakeEngine(socket);
    expect((await isolation.probe()).available).toBe(true);
  });
});

describe("what a policy may not say", () => {
  it("is a mount that is not there, that lies where commands can write, or where a container has its own", async () => {
    await using engine = await startFakeEngine(join(directory, "engine.sock"));
    const [workspace, other] = [join(directory, "workspace"), join(directory, "other")];
    for (const path of [workspace, join(workspace, "inside"), other]) mkdirSync(path);
    symlinkSync(join(workspace, "inside"), join(directory, "link"));
    const isolation = containerIsolation({ sockets: [engine.socketPath], image: "fake:1" });
    const wrong: readonly [object, string][] = [
      [{ path: join(directory, "missing") }, "mounts.0.path"],
      [{ path: join(workspace, "inside"), at: "/data" }, "mounts.0"],
      [{ path: join(directory, "link"), at: "/data" }, "mounts.0"],
      [{ path: other, at: join(workspace, "place") }, "mounts.0"],
      [{ path: other, at: "/proc/self" }, "mounts.0.at"],
    ];
    for (const [mount, place] of wrong) {
      const policy = { mounts: [{ mode: "ro" as const, path: "", ...mount }] };
      await expect(isolation.open({ runId, workspace, policy })).rejects.toMatchObject({ code: "ISOLATION_POLICY_INVALID", details: { place } });
    }
  });

  it("is a rule that is none", async () => {
    await using engine = await startFakeEngine(join(directory, "engine.sock"));
    const isolation = containerIsolation({ sockets: [engine.socketPath], image: "fake:1" });
    const policy = { network: { mode: "allow" as const, hosts: ["example.com", "https://example.com/"] } };
    await expect(isolation.open({ runId, workspace: directory, policy })).rejects.toMatchObject({
      code: "ISOLATION_POLICY_INVALID",
      details: { place: "network.hosts.1" },
    });
  });
});
