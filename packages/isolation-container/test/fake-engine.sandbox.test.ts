import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isolationContract } from "@dad/isolation/testing";
import { containerIsolation } from "@dad/isolation-container";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeEngine, startFakeEngine } from "./fake-engine/fake-engine.ts";

const directory = mkdtempSync(join(tmpdir(), "dad-fake-"));
const socketPath = join(directory, "engine.sock");
let engine: FakeEngine;
beforeAll(async () => {
  engine = await startFakeEngine(socketPath);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

isolationContract("containerIsolation on a fake engine", {
  create: () => containerIsolation({ sockets: [socketPath], image: "fake:1", hostEnv: process.env, graceMs: 100 }),
  program: {
    module: `${new URL("host-program.ts", import.meta.url).href}?${new URLSearchParams({ socketPath }).toString()}`,
    execArgv: ["--conditions=@dad/source"],
  },
});

describe("the engine", () => {
  it("was asked nothing that it does not know, and has no container left", () => {
    expect(engine.mistakes).toEqual([]);
    expect([...engine.containers.keys()]).toEqual([]);
  });
});
