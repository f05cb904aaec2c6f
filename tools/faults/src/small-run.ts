import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { agent, defineNode } from "@dad/agent";
import { kernelLocks, nodeDisk } from "@dad/disk";
import { inlineEngine } from "@dad/engine/inline";
import type { RunId } from "@dad/protocol";
import { type MakeRunPorts, withRun } from "@dad/run-context";
import { agentRunner } from "@dad/runner";
import { z } from "zod";
import { outcomesIn, portsAt } from "./composition.ts";
import { memoryWitness } from "./witness.ts";

/** The file that a small run leaves in its outcome, besides what all of them start from. It holds the id of the run. */
export const OWN_FILE = "run.txt";

const small = defineNode({
  type: "small",
  version: "1",
  effect: "idempotent",
  settings: z.object({ runId: z.string() }),
  output: z.object({ runId: z.string() }),
  async execute({ workspace }, { settings }) {
    if (workspace !== undefined) await writeFile(join(workspace, OWN_FILE), settings.runId);
    return settings;
  },
});

const definition = agent("small").node("only", small({ runId: "$var{runId}" }));

export function portsIn(root: string): MakeRunPorts {
  return portsAt({ root, fs: nodeDisk, locks: kernelLocks(), outcomes: outcomesIn(root) }, memoryWitness());
}

/** Makes a run of one node that says in which run it is. */
export async function makeRun(root: string): Promise<RunId> {
  const { run } = await withRun({ rootComponentId: definition.id, runRoot: root, ports: portsIn(root) }, async (context) => {
    await using execution = await context.isolate();
    return await execution.run(agentRunner(definition, { engine: inlineEngine() }));
  });
  return run.runId;
}
