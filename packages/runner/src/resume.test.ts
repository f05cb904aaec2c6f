import { defineNode, flow, type RecordSettings } from "@dad/agent";
import { memoryArtifactView } from "@dad/artifacts/memory";
import { inlineEngine } from "@dad/engine/inline";
import { DadError, Json, NodePath, type RecordedEvent, RunId } from "@dad/protocol";
import { openRun, withResumedRun, withRun } from "@dad/run-context";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { flowRunner } from "./component-runner.ts";
import type { ResumeOptions } from "./resume.ts";
import { memoryPorts } from "./testing-ports.ts";

const RUN = RunId.parse("r");
const engine = inlineEngine();

/** Nodes that say when they are executed, and fail while they are told to. */
function nodes() {
  const executed: string[] = [];
  const failing = new Set<string>();
  const type = (effect: "pure" | "effectful") =>
    defineNode({
      type: effect,
      version: "1",
      effect,
      settings: z.object({ name: z.string(), text: z.string().default("") }),
      output: z.object({ name: z.string() }),
      execute({ attempt }, { settings: { name } }) {
        executed.push(`${name} ${attempt}`);
        if (failing.has(name)) throw new Error(`${name} fails`);
        return { name: name.toUpperCase() };
      },
    });
  return { executed, failing, pure: type("pure"), effectful: type("effectful") };
}

type Ports = ReturnType<typeof memoryPorts>;
type Flow = Parameters<typeof flowRunner>[0];

function begin(definition: Flow, ports: Ports, inputs: Record<string, Json> = {}) {
  return withRun({ rootComponentId: definition.id, runId: RUN, ports, inputs }, async (context) => {
    await using execution = await context.isolate();
    return await execution.run(flowRunner(definition, { engine }));
  });
}

function resume(definition: Flow, ports: Ports, options: ResumeOptions = {}) {
  return withResumedRun({ runId: RUN, journals: ports.journals, ports }, async (context) => {
    await using execution = await context.isolate();
    return await execution.run(flowRunner(definition, { engine, resume: options }));
  });
}

/** Leaves a run as a process does that was killed while it executed a node. */
async function killedIn(path: string, effect: "pure" | "effectful", ports: Ports): Promise<void> {
  await using run = await openRun({ rootComponentId: "main", runId: RUN, ports });
  await run.record({ type: "component.started", path: NodePath.parse("main"), kind: "flow" });
  await run.record({ type: "node.started", path: NodePath.parse(path), attempt: 1, nodeType: effect, effect });
}

async function recorded(ports: Ports): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of ports.journals.read(RUN)) events.push(event);
  return events;
}

describe("a run that is resumed", () => {
  it("executes what had not completed, as its next attempt, and nothing else", async () => {
    const { executed, failing, pure } = nodes();
    const ports = memoryPorts();
    const definition = flow("main")
      .node("a", pure({ name: "a" }))
      .component("inner", flow("inner").node("b", pure({ name: "b" })))
      .node("c", pure({ name: "c" }))
      .node("d", (before) => pure({ name: "d", text: before.a.name }));
    failing.add("c");
    await expect(begin(definition, ports)).rejects.toMatchObject({ code: "NODE_FAILED" });
    failing.clear();
    const { result, run } = await resume(definition, ports);
    expect(result).toEqual({ a: { name: "A" }, inner: { b: { name: "B" } }, c: { name: "C" }, d: { name: "D" } });
    expect(executed).toEqual(["a 1", "b 1", "c 1", "c 2", "d 1"]);
    expect(run).toMatchObject({ runId: RUN, status: "completed" });
    expect(run.nodes.map(({ status }) => status)).toEqual(Array(4).fill("completed"));
    expect(new Set((await recorded(ports)).map(({ epoch }) => epoch))).toEqual(new Set([1, 2]));
  });

  it("records of each component once how it went", async () => {
    const { failing, pure } = nodes();
    const ports = memoryPorts();
    const inner = flow("inner").node("b", pure({ name: "b" }));
    const definition = flow("main")
      .component("inner", inner)
      .node("c", pure({ name: "c" }));
    failing.add("c");
    await begin(definition, ports).catch(() => undefined);
    failing.clear();
    await resume(definition, ports);
    const components = (await recorded(ports)).filter(({ type }) => type.startsWith("component."));
    expect(components.map((event) => [event.type, "path" in event && event.path])).toEqual([
      ["component.started", "main"],
      ["component.started", "main.inner"],
      ["component.completed", "main.inner"],
      ["component.failed", "main"],
      ["component.started", "main"],
      ["component.completed", "main"],
    ]);
  });

  it("can be resumed again and again", async () => {
    const { executed, failing, pure } = nodes();
    const ports = memoryPorts();
    const names = ["a", "b", "c", "d"];
    let definition = flow("main");
    for (const name of names) definition = definition.node(name, pure({ name }));
    for (const name of names.slice(1)) failing.add(name);
    await begin(definition, ports).catch(() => undefined);
    for (const name of names.slice(1, -1)) {
      failing.delete(name);
      await expect(resume(definition, ports)).rejects.toMatchObject({ code: "NODE_FAILED" });
    }
    failing.clear();
    expect((await resume(definition, ports)).run.status).toBe("completed");
    expect(executed).toEqual(["a 1", "b 1", "b 2", "c 1", "c 2", "d 1", "d 2"]);
  });

  it("has the static inputs that it was begun with", async () => {
    const given: unknown[] = [];
    let fails = true;
    const asking = defineNode({
      type: "asking",
      version: "1",
      effect: "pure",
      settings: z.object({}),
      input: z.object({ word: z.string() }),
      output: z.object({}),
      execute(_context, { input }) {
        given.push(input);
        if (fails) throw new Error("fails");
        return {};
      },
    });
    const definition = flow("main").node("ask", asking({}));
    const ports = memoryPorts();
    await begin(definition, ports, { "main.ask": { word: "please" } }).catch(() => undefined);
    fails = false;
    await resume(definition, ports);
    expect(given).toEqual([{ word: "please" }, { word: "please" }]);
  });

  it("executes again what was interrupted and may be done twice", async () => {
    const { executed, pure } = nodes();
    const ports = memoryPorts();
    await killedIn("main.a", "pure", ports);
    await resume(flow("main").node("a", pure({ name: "a" })), ports);
    expect(executed).toEqual(["a 2"]);
  });

  it("is not the same with another definition, unless that is allowed", async () => {
    const { executed, failing, pure } = nodes();
    const ports = memoryPorts();
    failing.add("b");
    const first = flow("main").node("a", pure({ name: "a" }));
    await begin(first.node("b", pure({ name: "b" })), ports).catch(() => undefined);
    const changed = first.node("b", pure({ name: "other" }));
    await expect(resume(changed, ports)).rejects.toMatchObject({ code: "DEFINITION_CHANGED", details: { id: "main" } });
    expect(executed).toEqual(["a 1", "b 1"]);
    failing.add("other");
    await resume(changed, ports, { allowChanged: true }).catch(() => undefined);
    expect(executed).toEqual(["a 1", "b 1", "other 2"]);
    // With which definition it went on is on record.
    failing.clear();
    await resume(changed, ports);
    expect(executed.at(-1)).toBe("other 3");
  });
});

describe("what must not be done twice", () => {
  const definition = (given: ReturnType<typeof nodes>) => flow("main").node("pay", given.effectful({ name: "pay" }));

  it("is not done again when nobody knows whether it was done", async () => {
    const [given, ports] = [nodes(), memoryPorts()];
    await killedIn("main.pay", "effectful", ports);
    await expect(resume(definition(given), ports)).rejects.toMatchObject({ code: "NODE_OUTCOME_UNKNOWN", details: { paths: ["main.pay"] } });
    expect(given.executed).toEqual([]);
  });

  it("is done when somebody says that it was not", async () => {
    const [given, ports] = [nodes(), memoryPorts()];
    await killedIn("main.pay", "effectful", ports);
    await resume(definition(given), ports, { assume: { "main.pay": { done: false } } });
    expect(given.executed).toEqual(["pay 2"]);
  });

  it("counts as done when somebody says that it was, with what it gave", async () => {
    const [given, ports] = [nodes(), memoryPorts()];
    await killedIn("main.pay", "effectful", ports);
    const { result, run } = await resume(definition(given), ports, { assume: { "main.pay": { done: true, value: { name: "paid" } } } });
    expect(result).toEqual({ pay: { name: "paid" } });
    expect(given.executed).toEqual([]);
    expect(run.nodes).toMatchObject([{ path: "main.pay", status: "completed", decision: "assumed" }]);
    expect((await recorded(ports)).find(({ type }) => type === "node.completed")).toMatchObject({ attempt: 1, decision: "assumed" });
    expect(JSON.parse(ports.view.text("main/pay/outcome.json") ?? "")).toEqual({ name: "paid" });
  });

  it.each<[string, Record<string, { done: true; value: Json } | { done: false }>, RegExp]>([
    ["gave what its type does not give", { "main.pay": { done: true, value: { name: 7 } } }, /main\.pay: .*name/],
    ["is another node than that", { "main.play": { done: false } }, /main\.play: .*main\.pay/],
  ])("is not said to have %s", async (_what, assume, message) => {
    const [given, ports] = [nodes(), memoryPorts()];
    await killedIn("main.pay", "effectful", ports);
    const resuming = resume(definition(given), ports, { assume });
    await expect(resuming).rejects.toMatchObject({ code: "ASSUMPTION_INVALID", message: expect.stringMatching(message) });
    expect(given.executed).toEqual([]);
  });

  it("is not done again either when it was cancelled, as nobody knows how far it came", async () => {
    const [given, ports] = [nodes(), memoryPorts()];
    {
      await using run = await openRun({ rootComponentId: "main", runId: RUN, ports });
      const path = NodePath.parse("main.pay");
      await run.record({ type: "node.started", path, attempt: 1, nodeType: "effectful", effect: "effectful" });
      await run.record({ type: "node.cancelled", path, attempt: 1, durationMs: 1, artifacts: [] });
      await run.complete("cancelled");
    }
    await expect(resume(definition(given), ports)).rejects.toMatchObject({ code: "NODE_OUTCOME_UNKNOWN" });
    await resume(definition(given), ports, { assume: { "main.pay": { done: false } } });
    expect(given.executed).toEqual(["pay 2"]);
  });

  it("is not recorded as failed when it was done and there was no room for what it gave", async () => {
    const ports = memoryPorts();
    const full = new DadError("ARTIFACT_STORAGE_FAILED", "no space left");
    const artifacts = { ...ports.artifacts, put: () => Promise.reject(full) };
    const large = defineNode({
      type: "effectful",
      version: "1",
      effect: "effectful",
      settings: z.object({}),
      output: z.object({ text: z.string() }),
      execute: () => ({ text: "x".repeat(100_000) }),
    });
    const paying = flow("main").node("pay", large({}));
    await expect(begin(paying, { ...ports, artifacts })).rejects.toMatchObject({ code: "NODE_FAILED", cause: full });
    expect((await recorded(ports)).map(({ type }) => type)).not.toContain("node.failed");
    await expect(resume(paying, ports)).rejects.toMatchObject({ code: "NODE_OUTCOME_UNKNOWN" });
  });

  it("is assumed to have given what its type makes of what somebody says", async () => {
    const ports = memoryPorts();
    const pay = defineNode({
      type: "effectful",
      version: "1",
      effect: "effectful",
      settings: z.object({}),
      output: z.object({ url: z.string().default("none") }),
      execute: () => ({}),
    });
    await killedIn("main.pay", "effectful", ports);
    const { result } = await resume(flow("main").node("pay", pay({})), ports, { assume: { "main.pay": { done: true, value: {} } } });
    expect(result).toEqual({ pay: { url: "none" } });
  });

  it("is on record before it is done", async () => {
    const ports = memoryPorts();
    const seen: string[] = [];
    const looking = (effect: "pure" | "effectful") =>
      defineNode({
        type: effect,
        version: "1",
        effect,
        settings: z.object({}),
        output: z.object({}),
        async execute({ path }) {
          for await (const event of ports.journals.read(RUN)) if (event.type === "node.started" && event.path === path) seen.push(path);
          return {};
        },
      });
    await begin(flow("main").node("pay", looking("effectful")({})), ports);
    expect(seen).toEqual(["main.pay"]);
  });
});

describe("what a run goes on from", () => {
  /** Gives a value, and records a file. */
  const give = defineNode({
    type: "give",
    version: "1",
    effect: "pure",
    settings: z.object({ value: Json }),
    output: Json,
    async execute(context, { settings: { value } }) {
      await context.record({ name: "note", data: "noted" });
      return value;
    },
  });

  it.each<[NonNullable<RecordSettings["outcome"]>, Json]>([
    [{ format: "yaml" }, { list: [null, "no", 1e300], text: "a\n  b: 'c'\n" }],
    [{ format: "yaml", enabled: false }, ["2026-11-22", "0x1f"]],
    [{ format: "text" }, "\ufeff words\r\n"],
    [{ format: "json", path: "reports/one.json" }, { a: 1 }],
    // Too large for the journal: it comes from the store.
    [{ format: "yaml" }, { large: "line\n".repeat(10_000) }],
  ])("is exactly the value that was kept as %j", async (outcome, value) => {
    const { executed, failing, pure } = nodes();
    const ports = memoryPorts();
    const definition = flow("main")
      .node("one", give({ value }), { record: { outcome } })
      .node("stop", pure({ name: "stop" }))
      .node("two", ({ one }) => give({ value: one as never }));
    failing.add("stop");
    await begin(definition, ports).catch(() => undefined);
    failing.clear();
    expect((await resume(definition, ports)).result).toMatchObject({ one: value, two: value });
    expect(executed).toEqual(["stop 1", "stop 2"]);
  });

  it("is shown again where it was shown, and not where it was not", async () => {
    const { failing, pure } = nodes();
    const ports = memoryPorts();
    const definition = flow("main")
      .node("one", give({ value: 1 }), { record: { outcome: { enabled: false }, files: { path: "kept" } } })
      .node("stop", pure({ name: "stop" }));
    failing.add("stop");
    await begin(definition, ports).catch(() => undefined);
    failing.clear();
    const again = { ...ports, view: memoryArtifactView({ store: ports.artifacts }) };
    await resume(definition, again);
    expect([again.view.text("kept/note.txt"), again.view.text("main/one/outcome.json")]).toEqual(["noted", undefined]);
  });
});
