import { type FlowDefinition, defineNode, type NodeContext } from "@dad/agent";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { inlineEngine } from "@dad/engine/inline";
import { memoryEventBus } from "@dad/events/memory";
import { processIsolation } from "@dad/isolation/process";
import { memoryJournalStore } from "@dad/journal/memory";
import { noopObservability } from "@dad/observability/noop";
import { Json, type Lineage, type LineageNode, RunId } from "@dad/protocol";
import { staticResourceRegistry } from "@dad/resources/static";
import { readHistory, readRun, type RunPorts, withRun } from "@dad/run-context";
import { assertAllowed, flowRunner, type PlannedRerun, planRerun, type RerunOptions } from "@dad/runner";
import { z } from "zod";
import { lineageOf, type LineageOptions } from "./lineage-of.ts";
import type { JournalSource } from "./run-record.ts";

// For the tests of this package only: real runs and re-runs in memory.

export const id = (name: string) => RunId.parse(name);

/** What a node does: gives a value instead of its own, or throws. */
export type Behaviour = (context: NodeContext) => Json | undefined;

function memoryPorts() {
  return {
    journals: memoryJournalStore(),
    artifacts: memoryArtifactStore(),
    events: memoryEventBus(),
    resources: staticResourceRegistry({ profiles: { default: {} } }).profile(),
    observability: noopObservability(),
    isolation: processIsolation(),
  } satisfies RunPorts;
}

function stepNode(behaviours: ReadonlyMap<string, Behaviour>) {
  return defineNode({
    type: "step",
    version: "1",
    effect: "pure",
    settings: z.object({ value: Json.default(null) }),
    input: z.object({ value: Json }),
    output: z.object({ value: Json }),
    async execute(context, { settings, input }) {
      return { value: behaviours.get(context.path)?.(context) ?? input?.value ?? settings.value };
    },
  });
}

/** Runs of flows in the same ports, one after the other. */
export function stage() {
  const behaviours = new Map<string, Behaviour>();
  const ports = memoryPorts();
  const engine = inlineEngine();

  async function execute(name: string, flow: FlowDefinition, { start, continuation, inputs }: Partial<PlannedRerun>): Promise<void> {
    const options = { rootComponentId: flow.id, runId: name, ports, ...(start ? { rerun: start } : {}), ...(inputs ? { inputs } : {}) };
    await withRun(options, async (context) => {
      await using execution = await context.isolate();
      return await execution.run(flowRunner(flow, { engine, continuation }));
    });
  }

  return {
    ports,
    /** A node that gives `{ value }`. */
    step: stepNode(behaviours),
    /** What the node of a path does. */
    on: (path: string, behaviour: Behaviour) => void behaviours.set(path, behaviour),
    run: (name: string, flow: FlowDefinition, inputs?: PlannedRerun["inputs"]) => execute(name, flow, inputs ? { inputs } : {}),
    async rerun(name: string, flow: FlowDefinition, rerun: RerunOptions): Promise<void> {
      const [details, history] = [await readRun(ports.journals, rerun.of, { runRoot: "/runs" }), await readHistory(ports.journals, rerun.of)];
      const base = { runId: details.runId, status: details.status, rootComponentId: details.rootComponentId, history };
      const planned = await planRerun(flow, { base, rerun, ports, engine, runRoot: "/runs" });
      assertAllowed(planned.plan);
      await execute(name, flow, planned);
    },
    why: (name: string, node: string, more: Partial<LineageOptions> = {}): Promise<Lineage> =>
      lineageOf({ journals: ports.journals }, { runId: id(name), node, ...more }),
  };
}

/** The same journals, without some runs: what another run retains of them is there, or not even that. */
export function without(journals: JournalSource, gone: readonly string[], { retained = true } = {}): JournalSource {
  return {
    owner: (runId, options) => journals.owner(runId, options),
    read(runId, options) {
      const isGone = gone.includes(runId) && !(retained && options?.through !== undefined);
      return journals.read(isGone ? id("gone") : runId, isGone ? {} : options);
    },
  };
}

/** What was made, in short: which run executed it where, and what it was made of. */
export function brief({ nodes }: Lineage): readonly string[] {
  return nodes.map((node) => `${node.runId} ${node.path} <- ${inputsText(node)}`);
}

function inputsText({ inputs, cut }: LineageNode): string {
  if (cut !== undefined) return `${cut} further away`;
  if (inputs === null) return "not recorded";
  return inputs.map(({ path, how, kind, nodes }) => `${how} ${path}${kind ? ` [${nodes.map((ref) => ref.path).join(" ")}]` : ""}`).join(", ");
}
