import { agent, defineNode } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import { ArtifactEntry } from "@dad/protocol";
import { withRun } from "@dad/run-context";
import { expect, it } from "vitest";
import { z } from "zod";
import { agentRunner } from "./component-runner.ts";
import { memoryPorts } from "./testing-ports.ts";

const draw = defineNode({
  type: "draw",
  version: "1",
  effect: "pure",
  settings: z.object({ bytes: z.int() }),
  output: z.object({ file: ArtifactEntry }),
  async execute({ record }, { settings }) {
    const file = await record({ name: "plot", data: new Uint8Array(settings.bytes).fill(7) });
    if (!file) throw new Error("it was to be kept");
    return { file };
  },
});

const sums: number[] = [];
const measure = defineNode({
  type: "measure",
  version: "1",
  effect: "pure",
  settings: z.object({ file: ArtifactEntry, limitBytes: z.int().optional() }),
  output: z.object({}),
  async execute({ content }, { settings: { file, limitBytes } }) {
    const bytes = await content(file, limitBytes === undefined ? {} : { limitBytes });
    sums.push(bytes.reduce((sum, byte) => sum + byte, 0));
    return {};
  },
});

async function measured(bytes: number, limitBytes?: number): Promise<void> {
  const limit = limitBytes === undefined ? {} : { limitBytes };
  const definition = agent("a")
    .node("draw", draw({ bytes }))
    .node("measure", (nodes) => measure({ file: nodes.draw.file, ...limit }));
  await withRun({ rootComponentId: definition.id, ports: memoryPorts() }, async (context) => {
    await using execution = await context.isolate();
    return await execution.run(agentRunner(definition, { engine: inlineEngine() }));
  });
}

it.each([10, 100_000])("lets a node read %d bytes that an earlier node kept", async (bytes) => {
  await measured(bytes);
  expect(sums.splice(0)).toEqual([bytes * 7]);
});

it("does not read more than a node wants", async () => {
  await expect(measured(100_000, 99_999)).rejects.toMatchObject({ code: "NODE_FAILED", cause: { code: "ARTIFACT_TOO_LARGE" } });
  expect(sums).toEqual([]);
});
