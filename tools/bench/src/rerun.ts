/** What it takes to plan a re-run of a long run, and what the re-run adds to the disk. Usage: `rerun.ts [nodes] [bytes]`. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Component, defineNode, flow, type FlowDefinition } from "@dad/agent";
import { localStore, planAgentRerun, runAgent } from "@dad/local";
import { staticResourceRegistry } from "@dad/resources/static";
import { z } from "zod";
import { inDirectory, median, milliseconds } from "./measure.ts";

const nodes = Number(process.argv[2] ?? 10_000);
const bytes = Number(process.argv[3] ?? 900);
const ROUNDS = 5;

const trivial = defineNode({
  type: "trivial",
  version: "1",
  effect: "pure",
  workspace: "none",
  settings: z.object({ n: z.number(), bytes: z.number() }),
  output: z.object({ n: z.number(), text: z.string() }),
  execute: (_context, { settings }) => ({ n: settings.n + 1, text: "x".repeat(settings.bytes) }),
});

function chainOf(size: number): FlowDefinition {
  let chain: Component<"flow"> = flow("bench");
  for (let index = 0; index < nodes; index++) chain = chain.node(`n${index}`, trivial({ n: index, bytes: size }));
  return chain;
}

async function bytesIn(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.endsWith(".origins"));
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

await inDirectory(async (projectRoot) => {
  await using store = localStore({ projectRoot, durability: "relaxed", hostEnv: process.env });
  const ports = { resources: staticResourceRegistry({ profiles: { default: {} } }).profile() };
  const [full, empty] = [chainOf(bytes), chainOf(0)];
  await runAgent(full, { store, ports, runId: "full" });
  await runAgent(empty, { store, ports, runId: "empty" });

  const planning: number[] = [];
  for (let round = 0; round < ROUNDS; round++)
    planning.push(
      await milliseconds(async () => {
        const { plan } = await planAgentRerun(full, { store, ports, rerun: { of: "full" } });
        if (plan.nodes.some(({ decision }) => decision !== "reuse")) throw new Error("something would be executed");
      }),
    );
  const took = await milliseconds(() => runAgent(full, { store, ports, runId: "again", rerun: { of: "full" } }));
  const [ofEmpty, ofFull, ofRerun] = await Promise.all(["empty", "full", "again"].map((id) => bytesIn(join(store.runRoot, id))));
  const megabytes = (size = 0) => `${(size / 1e6).toFixed(1)} MB`;
  console.log(
    `planning a re-run of ${nodes} nodes  ${median(planning).toFixed(0)} ms (median of ${ROUNDS}), the re-run itself ${took.toFixed(0)} ms`,
  );
  console.log(
    `on disk: the run ${megabytes(ofFull)}, an empty run ${megabytes(ofEmpty)}, the re-run ${megabytes(ofRerun)}: ${(((ofRerun ?? 0) / (ofEmpty ?? 1)) * 100).toFixed(0)} % of the empty one`,
  );
});
