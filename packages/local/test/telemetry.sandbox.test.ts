import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineNode, flow } from "@dad/agent";
import { localStore, runAgent } from "@dad/local";
import { readTelemetry } from "@dad/observability/jsonl";
import { staticResourceRegistry } from "@dad/resources/static";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";

let projectRoot: string;
beforeEach(async () => {
  projectRoot = await mkdtemp(join(tmpdir(), "dad contained telemetry "));
});
afterEach(() => rm(projectRoot, { recursive: true, force: true }));

it("tells a command in a contained space of its span as well", async () => {
  const contained = defineNode({
    type: "contained",
    version: "1",
    effect: "pure",
    settings: z.object({}),
    output: z.object({ said: z.string() }),
    async execute({ isolated }) {
      const space = await isolated({ preset: "contained" });
      const { stdout } = await space.exec({ argv: ["sh", "-c", "echo $TRACEPARENT"] });
      return { said: new TextDecoder().decode(stdout).trim() };
    },
  });
  await using store = localStore({ projectRoot, hostEnv: process.env, durability: "relaxed" });
  const resources = staticResourceRegistry({ profiles: { default: {} } }).profile();
  const { run, outputs, error } = await runAgent(flow("main").node("a", contained({})), { store, ports: { resources, outcome: false } });
  expect(error).toBeUndefined();
  const { spans } = await readTelemetry(join(run.runDir, ".trace"));
  const command = spans.find(({ name }) => name === "execute_tool sh");
  expect(outputs?.a.said).toBe(`00-${command?.traceId}-${command?.spanId}-01`);
});
