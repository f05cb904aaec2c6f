import { agent, defineNode, flow } from "@dad/agent";
import { readJson } from "@dad/artifacts";
import { inlineEngine } from "@dad/engine/inline";
import { DadError, type Json, NodeResult, type RunDetails, RunId } from "@dad/protocol";
import { type OpenRunOptions, type RunPorts, readRun, withRun } from "@dad/run-context";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { agentRunner, flowRunner } from "./component-runner.ts";
import { memoryPorts } from "./testing-ports.ts";

const engine = inlineEngine();

/** Gives its settings back. */
const echo = defineNode({
  type: "echo",
  version: "1",
  effect: "pure",
  settings: z.object({ value: z.json() }),
  input: z.object({ more: z.string() }),
  output: z.object({ value: z.json(), more: z.string().optional() }),
  execute: (_context, { settings, input }) => ({ value: settings.value, ...(input ? { more: input.more } : {}) }),
});

const fail = defineNode({
  type: "fail",
  version: "1",
  effect: "pure",
  settings: z.object({ code: z.string() }),
  output: z.object({}),
  execute: (_context, { settings }) => {
    throw new DadError(settings.code, "it was to fail", { cause: new Error("the root of it") });
  },
});

const wait = defineNode({
  type: "wait",
  version: "1",
  effect: "pure",
  settings: z.object({}),
  output: z.object({}),
  execute: ({ signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    }),
});

type Definition = Parameters<typeof agentRunner>[0] | Parameters<typeof flowRunner>[0];

type RunOptions = Partial<Omit<OpenRunOptions, "ports">>;

async function run(definition: Definition, options: RunOptions & { readonly ports: RunPorts }) {
  const runner = definition.kind === "agent" ? agentRunner(definition, { engine }) : flowRunner(definition, { engine });
  return withRun({ rootComponentId: definition.id, ...options }, async (context) => {
    await using execution = await context.isolate();
    return await execution.run(runner);
  });
}

async function failedRun(definition: Definition, options: RunOptions = {}): Promise<{ readonly details: RunDetails; readonly error: unknown }> {
  const ports = memoryPorts();
  const error: unknown = await run(definition, { runId: "r", ports, ...options }).catch((caught: unknown) => caught);
  return { details: await readRun(ports.journals, "r", { runRoot: "/runs" }), error };
}

describe("a runner", () => {
  it("runs the nodes in sequence and hands on what they gave, with its type", async () => {
    const definition = flow("main")
      .node("first", echo({ value: { list: [1, 2, 3] } }))
      .node("second", (nodes) => echo({ value: nodes.first.value }))
      .node("third", (nodes) => echo({ value: `got ${String(nodes.second.value)}` }));
    const { result } = await run(definition, { ports: memoryPorts() });
    expect(result).toMatchObject({ second: { value: { list: [1, 2, 3] } }, third: { value: 'got {"list":[1,2,3]}' } });
  });

  it("never parses what a node gave", async () => {
    const hostile = "$expr{$hier{secret}.value} $var{runId}";
    const definition = flow("main")
      .node("secret", echo({ value: "s3cret" }))
      .node("data", echo({ value: hostile.replaceAll("$", "$$$$") }))
      .node("use", (nodes) => echo({ value: nodes.data.value }));
    const { result } = await run(definition, { ports: memoryPorts() });
    expect(result).toMatchObject({ data: { value: hostile }, use: { value: hostile } });
  });

  it("gives templates the facts of the run, and of the element that they are in (row 107)", async () => {
    const facts = "$var{runId} $var{runRoot} $var{nodeId} $var{nodePath} $var{nodeDirectory} $var{componentPath}";
    const definition = flow("main").forEach("each", { items: [0], body: flow("body").node("tell", echo({ value: facts })) });
    const { result } = await run(definition, { runId: "r", runRoot: "/runs", ports: memoryPorts() });
    const value = "r /runs tell main.each.iter_0.tell main/each/iter_0/tell main.each.iter_0";
    expect(result).toEqual({ each: [{ tell: { value } }] });
  });

  it("treats a node type of ten lines as any other: schemas, span, artifacts, resume (row 98)", async () => {
    const count = defineNode({
      type: "count",
      version: "1",
      effect: "pure",
      settings: z.object({ text: z.string() }),
      output: z.object({ words: z.int() }),
      execute: (_context, { settings }) => ({ words: settings.text.split(" ").length }),
    });
    const ports = memoryPorts();
    const { result, run: details } = await run(flow("main").node("count", count({ text: "one two" })), { ports });
    expect(result).toEqual({ count: { words: 2 } });
    expect(details.nodes[0]?.artifacts.map(({ name }) => name)).toEqual(["input", "outcome", "result"]);
    expect(ports.observability.spans.map(({ name }) => name)).toContain("count count");
  });

  it("gives nested components the variables of those around them, their own first", async () => {
    const inner = flow("inner", { variables: { near: "inner" } }).node("show", echo({ value: "$var{near} $var{far} $var{nodePath}" }));
    const outer = agent("outer", { variables: { near: "outer", far: "away" } })
      .component("deep", inner)
      .node("after", (nodes) => echo({ value: nodes.deep.show.value }))
      .node("byPath", echo({ value: "$expr{$hier{outer.deep.show}.value}" }));
    const { result } = await run(outer, { ports: memoryPorts() });
    const text = "inner away outer.deep.show";
    expect(result).toMatchObject({ after: { value: text }, byPath: { value: text } });
  });

  it("takes static inputs for nodes and for the variables of components", async () => {
    const definition = flow("main", { variables: { name: "nobody" } }).node("hello", echo({ value: "hello $var{name}" }));
    const { result } = await run(definition, { ports: memoryPorts(), inputs: { main: { name: "Ada" }, "main.hello": { more: "yes" } } });
    expect(result).toEqual({ hello: { value: "hello Ada", more: "yes" } });
  });

  it("runs one definition a hundred times at once without crosstalk", async () => {
    const definition = flow("main", { variables: { n: 0 } })
      .node("a", echo({ value: "$expr{n}" }))
      .node("b", (nodes) => echo({ value: [nodes.a.value] }));
    const ports = memoryPorts();
    const runs = await Promise.all(Array.from({ length: 100 }, (_, n) => run(definition, { ports, inputs: { main: { n } } })));
    expect(runs.map(({ result }) => result)).toEqual(Array.from({ length: 100 }, (_, n) => ({ a: { value: n }, b: { value: [n] } })));
  });

  it("keeps input, outcome and result of each node, and shows them in its directory", async () => {
    const ports = memoryPorts();
    const { run: details } = await run(flow("main").node("only", echo({ value: 7 })), { ports });
    const [node] = details.nodes;
    expect(node?.artifacts.map(({ name, path }) => [name, path])).toEqual([
      ["input", "main/only/input.json"],
      ["outcome", "main/only/outcome.json"],
      ["result", "main/only/result.json"],
    ]);
    const result = node?.artifacts.find(({ name }) => name === "result");
    if (!result) throw new Error("no result");
    expect(await readJson(ports.artifacts, result, NodeResult)).toMatchObject({ path: "main.only", nodeType: "echo", status: "completed" });
    expect(JSON.parse(new TextDecoder().decode(ports.view.read(result.path)))).toMatchObject({ status: "completed" });
  });

  it("gives the same result digests for the same work, run after run", async () => {
    const definition = flow("main").node("only", echo({ value: "same" }));
    const digests = await Promise.all(
      ["one", "two"].map(async (runId) =>
        (await run(definition, { runId, ports: memoryPorts() })).run.nodes[0]?.artifacts.map(({ digest }) => digest),
      ),
    );
    expect(digests[0]).toEqual(digests[1]);
  });

  it("puts every node under the span of its component", async () => {
    const ports = memoryPorts();
    await run(flow("main").node("only", echo({ value: 1 })), { ports });
    const { spans } = ports.observability;
    const root = spans.find(({ name }) => name === "invoke_workflow main");
    const node = spans.find(({ attributes }) => attributes["dad.node.path"] === "main.only");
    expect(root?.parentSpanId).toBeUndefined();
    expect(node?.parentSpanId).toBe(root?.spanId);
  });
});

describe("a failing node", () => {
  it("fails its component and the run, with its causes, and nothing after it runs", async () => {
    const definition = agent("a")
      .component("f", flow("f").node("bad", fail({ code: "MY_CODE" })))
      .node("never", echo({ value: 1 }));
    const { details, error } = await failedRun(definition);
    expect(error).toMatchObject({ code: "NODE_FAILED", cause: { code: "MY_CODE" } });
    expect(details).toMatchObject({
      status: "failed",
      nodes: [{ path: "a.f.bad", status: "failed", error: { code: "MY_CODE" } }],
      error: { code: "NODE_FAILED", cause: { code: "MY_CODE", cause: { message: "the root of it" } } },
    });
    expect(details.nodes).toHaveLength(1);
  });

  it("leaves its input and its error in its directory", async () => {
    const ports = memoryPorts();
    await run(flow("main").node("bad", fail({ code: "MY_CODE" })), { runId: "r", ports }).catch(() => undefined);
    const { nodes } = await readRun(ports.journals, "r", { runRoot: "/runs" });
    const result = nodes[0]?.artifacts.find(({ name }) => name === "result");
    if (!result) throw new Error("no result");
    expect(JSON.parse(new TextDecoder().decode(ports.view.read(result.path)))).toMatchObject({ status: "failed", error: { code: "MY_CODE" } });
  });

  it("is one whose value does not fit its own type", async () => {
    const liar = defineNode({
      type: "liar",
      version: "1",
      effect: "pure",
      settings: z.object({}),
      output: z.object({ n: z.number() }),
      execute: () => ({ n: "one" }) as never,
    });
    const { details } = await failedRun(flow("main").node("n", liar({})));
    expect(details.error?.cause).toMatchObject({ code: "NODE_OUTPUT_INVALID", message: expect.stringContaining("n:") as string });
  });

  it("is one whose rendered settings do not fit its type", async () => {
    const strict = defineNode({
      type: "strict",
      version: "1",
      effect: "pure",
      settings: z.object({ n: z.number() }),
      output: z.object({}),
      execute: () => ({}),
    });
    const definition = flow("main")
      .node("a", echo({ value: "text" }))
      .node("b", strict({ n: "$expr{$hier{a}.value}" as never }));
    const { details } = await failedRun(definition);
    expect(details.error?.cause).toMatchObject({ code: "NODE_SETTINGS_INVALID", message: expect.stringContaining("main.b") as string });
  });

  it("is one that names a member that is not there", async () => {
    const definition = flow("main")
      .node("a", echo({ value: { x: 1 } }))
      .node("b", echo({ value: "$expr{$hier{a}.value.y}" }));
    const { error } = await failedRun(definition);
    expect(error).toMatchObject({ code: "NODE_FAILED", cause: { code: "TEMPLATE_REFERENCE_UNKNOWN" } });
  });
});

describe("what a node leaves", () => {
  it("is committed once, as what it was, also when it cannot be shown", async () => {
    const ports = memoryPorts();
    const view: RunPorts["view"] = {
      ...ports.view,
      place: (path, content) => (path.endsWith("outcome.json") ? Promise.reject(new Error("no space")) : ports.view.place(path, content)),
    };
    await expect(run(flow("main").node("n", echo({ value: 1 })), { runId: "r", ports: { ...ports, view } })).rejects.toThrow("no space");
    const ends: string[] = [];
    for await (const event of ports.journals.read(RunId.parse("r"))) if (/^node\.(completed|failed)$/.test(event.type)) ends.push(event.type);
    expect(ends).toEqual(["node.completed"]);
  });

  it.each([
    ["one name", "note", "note"],
    ["one path", "note.json", "note"],
    ["paths that differ only in case", "note", "Note"],
    ["a file and a directory in one place", "note", "note.json/x"],
    ["a directory and a file in one place", "Note.json/x", "note"],
    ["the names that the runner uses", "note", "outcome"],
  ])("keeps no two artifacts of %s", async (_what, first, second) => {
    const twice = defineNode({
      type: "twice",
      version: "1",
      effect: "pure",
      settings: z.object({}),
      output: z.null(),
      execute: async (context) => {
        await context.record({ name: first, data: { x: 1 } });
        await context.record({ name: second, data: { x: 2 } });
        return null;
      },
    });
    const { details } = await failedRun(flow("main").node("n", twice({})));
    expect(details.error?.cause).toMatchObject({ code: "ARTIFACT_EXISTS", message: expect.stringContaining("main.n") as string });
  });

  it.each([
    ["an object without a prototype", Object.create(null) as object],
    ["an object that cannot be a text", { toString: () => Promise.reject(new Error("evil")) }],
    ["nothing", undefined],
    ["a symbol", Symbol("s")],
  ])("is a recorded failure also when it throws %s", async (_what, thrown) => {
    const odd = defineNode({
      type: "odd",
      version: "1",
      effect: "pure",
      settings: z.object({}),
      output: z.null(),
      execute: () => {
        // oxlint-disable-next-line typescript/only-throw-error -- this is what it tests
        throw thrown;
      },
    });
    const { details, error } = await failedRun(flow("main").node("n", odd({})));
    expect(error).toMatchObject({ code: "NODE_FAILED" });
    expect(details).toMatchObject({ status: "failed", nodes: [{ status: "failed" }], error: { code: "NODE_FAILED" } });
  });
});

describe("cancelling", () => {
  it("keeps the error of a node that fails while it is cancelled", async () => {
    const ports = memoryPorts();
    const cancel = new AbortController();
    using _subscription = ports.events.subscribe("custom.emitted", () => cancel.abort());
    const corrupt = defineNode({
      type: "corrupt",
      version: "1",
      effect: "pure",
      settings: z.object({}),
      output: z.null(),
      execute: async ({ signal, emit }) => {
        await emit("at work", null);
        while (!signal.aborted) await new Promise(setImmediate);
        throw new DadError("DISK_CORRUPT", "it is");
      },
    });
    await run(flow("main").node("n", corrupt({})), { runId: "r", ports, signal: cancel.signal }).catch(() => undefined);
    const { nodes } = await readRun(ports.journals, "r", { runRoot: "/runs" });
    expect(nodes).toMatchObject([{ status: "cancelled", error: { code: "DISK_CORRUPT" } }]);
  });

  it("reaches the node that runs, and the run is recorded as cancelled", async () => {
    const ports = memoryPorts();
    const cancel = new AbortController();
    using _subscription = ports.events.subscribe("node.started", () => cancel.abort());
    const work = run(
      flow("main")
        .node("w", wait({}))
        .node("never", echo({ value: 1 })),
      { runId: "r", ports, signal: cancel.signal },
    );
    await expect(work).rejects.toMatchObject({ name: "AbortError" });
    const details = await readRun(ports.journals, "r", { runRoot: "/runs" });
    expect(details).toMatchObject({ status: "cancelled", nodes: [{ path: "main.w", status: "cancelled" }] });
  });
});

describe("before anything runs", () => {
  const cases: readonly [what: string, definition: () => Definition, problem: RegExp][] = [
    ["a node that is not there", () => flow("f").node("a", echo({ value: "$expr{$hier{nope}.x}" })), /f\.a: value: .*"nope"/],
    [
      "a node that comes later",
      () =>
        flow("f")
          .node("a", echo({ value: "$expr{$hier{b}.x}" }))
          .node("b", echo({ value: 1 })),
      /"b"/,
    ],
    ["a variable that is not there", () => flow("f").node("a", echo({ value: "$var{nope}" })), /"nope".*runId/],
    ["a template that does not parse", () => flow("f").node("a", echo({ value: "$expr{" })), /f\.a: value/],
    ["settings that do not fit", () => flow("f").node("a", fail({ code: 1 as never })), /f\.a: code/],
  ];

  it.each(cases)("a definition with %s is refused with its place", async (_what, definition, problem) => {
    const { details, error } = await failedRun(definition());
    expect(error).toMatchObject({ code: "DEFINITION_INVALID", message: expect.stringMatching(problem) as string });
    expect(details.nodes).toEqual([]);
  });

  it.each([
    ["an unknown path", { "f.nope": 1 }, /"f\.nope"/],
    ["a value that does not fit the node", { "f.a": { more: 1 } }, /more/],
    ["an unknown variable", { f: { nope: 1 } }, /"nope"/],
    ["an ambiguous id", { a: { more: "x" } }, /f\.a or f\.g\.a/],
  ])("a static input with %s is refused", async (_what, inputs: Record<string, Json>, problem) => {
    const definition = flow("f")
      .node("a", echo({ value: 1 }))
      .component("g", flow("g").node("a", echo({ value: 2 })));
    const { error } = await failedRun(definition, { inputs });
    expect(error).toMatchObject({ code: "STATIC_INPUT_INVALID", message: expect.stringMatching(problem) as string });
  });
});
