// Runs, resumes or answers a run that asks people, by a clock that a file sets, and prints each event, then how it stands:
// run|resume|answer, the directory of the project, the id of the run; of an answer the request and the value.
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { defineNode, flow, type NodeContext } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import { localPorts, localStore } from "@dad/local";
import { DadError, InputId, RunId } from "@dad/protocol";
import { staticResourceRegistry } from "@dad/resources/static";
import { readRun, withResumedRun, withRun } from "@dad/run-context";
import { flowRunner } from "@dad/runner";
import { z } from "zod";

const [command = "", projectRoot = "", run = "", request = "", value = "null"] = process.argv.slice(2);
const runId = RunId.parse(run);

const told = (name: string) => readFile(join(projectRoot, name), "utf8").catch(() => "");
const offset = Number(await told("clock"));
const clock = {
  now: () => Date.now() + offset,
  after(ms: number, callback: () => void) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

function print({ type, path }: { readonly type: string; readonly path?: unknown }): void {
  console.log(`${type} ${typeof path === "string" ? path : ""}`);
}

/** Does something that must not be done twice, then asks whether to go on. */
const review = defineNode({
  type: "review",
  version: "1",
  effect: "effectful",
  settings: z.object({ key: z.string(), expires: z.boolean().default(false) }),
  output: z.object({ draft: z.string(), answer: z.boolean() }),
  async execute(context: NodeContext, { settings: { key, expires } }) {
    const draft = await context.step("draft", async () => {
      await appendFile(join(projectRoot, "effects"), `${context.path}\n`);
      return `draft of ${key}`;
    });
    const question = { key, schema: z.boolean(), prompt: `Publish the ${draft}?` };
    const answer = await context.input({ ...question, ...(expires ? { expiresIn: "1h", onTimeout: "deny" as const } : {}) });
    return { draft, answer };
  },
});

/** Goes on until somebody says so. */
const busy = defineNode({
  type: "busy",
  version: "1",
  effect: "pure",
  settings: z.object({}),
  output: z.object({}),
  async execute() {
    while ((await told("go")) === "") await delay(10);
    return {};
  },
});

const AGENTS = {
  one: flow("main").node("review", review({ key: "approve" })),
  two: flow("main")
    .node("first", review({ key: "approve" }))
    .node("second", review({ key: "approve" })),
  branches: flow("main").parallel("both", {
    a: flow("a").node("review", review({ key: "a" })),
    b: flow("b").node("review", review({ key: "b" })),
  }),
  busy: flow("main").parallel("both", { a: flow("a").node("review", review({ key: "a" })), b: flow("b").node("busy", busy({})) }),
  expiring: flow("main").node("review", review({ key: "approve", expires: true })),
};
const definition = AGENTS[(await told("agent")) as keyof typeof AGENTS] ?? AGENTS.one;

await using store = localStore({ projectRoot, hostEnv: process.env });
const resources = staticResourceRegistry({ profiles: { default: {} } }).profile();
const ports = localPorts(store, { resources, outcome: false, onEvent: print });
const options = { projectRoot, runRoot: store.runRoot, runId, ports };

/** Tells how it ended: by an error, when it did not complete. */
async function work(): Promise<unknown> {
  if (command === "answer") {
    const message = {
      format: "dad.inbox/1" as const,
      id: `${process.pid}`,
      runId,
      by: { channel: "cli", who: String(process.pid), at: new Date().toISOString() },
    };
    return await store.inbox.post({ ...message, kind: "answer", request: InputId.parse(request), value: JSON.parse(value) });
  }
  const walk = flowRunner(definition, { engine: inlineEngine(), clock });
  const task = async (context: Parameters<Parameters<typeof withRun>[1]>[0]) => {
    await using execution = await context.isolate();
    return await execution.run(walk);
  };
  const opened =
    command === "run" ? withRun({ ...options, rootComponentId: "main" }, task) : withResumedRun({ ...options, journals: store.journals }, task);
  return (await opened).result;
}

try {
  const result = await work();
  console.log(`= ${JSON.stringify({ result: result ?? null, by: process.pid })}`);
} catch (error) {
  if (!DadError.is(error)) throw error;
  const { status, requests = [] } = await readRun(store.journals, runId, { runRoot: store.runRoot });
  console.log(`= ${JSON.stringify({ code: error.code, status, requests: requests.map(({ id }) => id) })}`);
}
