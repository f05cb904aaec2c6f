import { type ArtifactDraft, defineNode, flow, type RecordSettings } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import { type ArtifactEntry, Json, RunId } from "@dad/protocol";
import { readRun, withRun } from "@dad/run-context";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { flowRunner } from "./component-runner.ts";
import { memoryPorts } from "./testing-ports.ts";

const RUN = RunId.parse("r");
const engine = inlineEngine();

/** Nodes that give a value, and record a state and files. */
function nodes() {
  const recorded: (ArtifactEntry | undefined)[] = [];
  const drafts: ArtifactDraft[] = [
    { name: "state", data: { at: "work" } },
    { name: "plot.png", data: new Uint8Array([0x89, 0xff]), mediaType: "image/png" },
    { name: "notes/plan", data: { steps: [1] }, format: "yaml" },
  ];
  const give = defineNode({
    type: "give",
    version: "1",
    effect: "pure",
    settings: z.object({ value: Json }),
    output: Json,
    async execute(context, { settings: { value } }) {
      for (const draft of drafts) recorded.push(await context.record(draft));
      return value;
    },
  });
  return { recorded, give };
}

type Ports = ReturnType<typeof memoryPorts>;
type Flow = Parameters<typeof flowRunner>[0];

function begin(definition: Flow, ports: Ports) {
  return withRun({ rootComponentId: definition.id, runId: RUN, ports }, async (context) => {
    await using execution = await context.isolate();
    return await execution.run(flowRunner(definition, { engine }));
  });
}

/** What a node with these settings leaves: in the journal, and in the directory of the run. */
async function left(record: RecordSettings, value: Json = { text: "hi" }) {
  const made = nodes();
  const ports = memoryPorts();
  const { run } = await begin(flow("main", { variables: { name: "ada" } }).node("only", made.give({ value }), { record }), ports);
  const entries = new Map(run.nodes[0]?.artifacts.map((entry) => [entry.name, entry]));
  return { ...made, entries, ports, text: (path: string) => ports.view.text(path) };
}

async function failure(definition: Flow): Promise<unknown> {
  const ports = memoryPorts();
  const error: unknown = await begin(definition, ports).catch((caught: unknown) => caught);
  const { nodes: reached } = await readRun(ports.journals, RUN, { runRoot: "/runs" });
  return { error, reached: reached.map(({ path, status }) => `${path} ${status}`) };
}

describe("what a node leaves", () => {
  it("lies in its own directory, as JSON and as it recorded it, without record settings", async () => {
    const { entries, text } = await left({});
    expect([...entries.values()].map(({ path, mediaType }) => [path, mediaType])).toEqual([
      ["main/only/input.json", "application/json"],
      ["main/only/state.json", "application/json"],
      ["main/only/files/plot.png", "image/png"],
      ["main/only/files/notes/plan.yaml", "application/yaml"],
      ["main/only/outcome.json", "application/json"],
      ["main/only/result.json", "application/json"],
    ]);
    expect(text("main/only/files/notes/plan.yaml")).toBe("steps:\n  - 1\n");
  });

  it("is written in the format that its record settings name", async () => {
    const { entries, text } = await left({ input: { format: "yaml" }, outcome: { format: "text" }, state: { format: "yaml" } }, "plain words");
    expect(text("main/only/input.yaml")).toBe("settings:\n  value: plain words\n");
    expect(text("main/only/outcome.txt")).toBe("plain words");
    expect(text("main/only/state.yaml")).toBe("at: work\n");
    expect(entries.get("outcome")?.mediaType).toBe("text/plain; charset=utf-8");
  });

  it("lies where its record settings say, with the templates in them rendered", async () => {
    const { text, ports } = await left({
      input: { path: "$var{nodeDirectory}/given.json" },
      outcome: { path: "reports/$var{name}.yaml", format: "yaml" },
      result: { path: "results/$expr{name}" },
      state: { path: "states/$var{nodePath}.json" },
      files: { path: "$var{name}'s files" },
    });
    expect(text("reports/ada.yaml")).toBe("text: hi\n");
    expect(text("main/only/given.json")).toContain('"settings"');
    expect(text("results/ada")).toContain('"dad.node/1"');
    expect(text("states/main.only.json")).toContain('"work"');
    expect(text("ada's files/notes/plan.yaml")).toBe("steps:\n  - 1\n");
    expect(ports.view.text("main/only/outcome.json")).toBeUndefined();
  });

  it("is not kept at all where input, state or files are not enabled, and the node is told so", async () => {
    const { entries, recorded } = await left({ input: { enabled: false }, state: { enabled: false }, files: { enabled: false } });
    expect([...entries.keys()]).toEqual(["outcome", "result"]);
    expect(recorded).toEqual([undefined, undefined, undefined]);
  });

  it("stays in the journal, and is shown by no file, where outcome or result are not enabled", async () => {
    const { entries, text } = await left({ outcome: { enabled: false }, result: { enabled: false } });
    expect(entries.get("outcome")).toMatchObject({ path: "main/only/outcome.json", shown: false });
    expect(entries.get("result")).toMatchObject({ shown: false });
    expect(entries.get("input")).not.toHaveProperty("shown");
    expect([text("main/only/outcome.json"), text("main/only/result.json")]).toEqual([undefined, undefined]);
    expect(text("main/only/input.json")).toBeDefined();
  });

  it.each<[string, RecordSettings, Json, string]>([
    ["an outcome that is no string, as text", { outcome: { format: "text" } }, { text: "hi" }, "ARTIFACT_REFUSED"],
    ["a state that is no string, as text", { state: { format: "text" } }, 1, "ARTIFACT_REFUSED"],
    ["a state that is no bytes, as binary", { state: { format: "binary" } }, 1, "ARTIFACT_REFUSED"],
    ["a file in the place of another entry", { outcome: { path: "out/plot.png" }, files: { path: "out" } }, 1, "ARTIFACT_EXISTS"],
    ["a state in the place of another entry", { outcome: { path: "main/only/state.json" } }, 1, "ARTIFACT_EXISTS"],
  ])("is not %s: the node fails, by name", async (_what, record, ...[value, code]) => {
    const definition = flow("main").node("only", nodes().give({ value }), { record });
    expect(await failure(definition)).toMatchObject({ error: { code: "NODE_FAILED", cause: { code } }, reached: ["main.only failed"] });
  });
});

describe("before anything runs", () => {
  const { give } = nodes();
  const with_ = (record: RecordSettings) =>
    flow("main")
      .node("a", give({ value: 1 }))
      .node("b", give({ value: 2 }), { record });

  it.each<[string, () => Flow, RegExp]>([
    ["a place of the run", () => with_({ outcome: { path: "run.json" } }), /main\.b: .*"run\.json" is kept for the run itself/],
    ["a place outside of it", () => with_({ files: { path: "../../x" } }), /main\.b: .*is no place for it/],
    ["the place of another node", () => with_({ outcome: { path: "main/a/outcome.json" } }), /main\.b: .*node main\.a/],
    [
      "a place that another node has by its record settings",
      () => with_({ outcome: { path: "out" } }).node("c", give({ value: 3 }), { record: { input: { path: "out" } } }),
      /main\.c: .*node main\.b/,
    ],
    ["one place twice", () => with_({ outcome: { path: "out" }, input: { path: "out" } }), /main\.b: node main\.b has an artifact/],
    ["a variable that is not there", () => with_({ outcome: { path: "$var{nam}" } }), /main\.b: record: outcome\.path: .*"nam"/],
    ["a node that comes later", () => with_({ outcome: { path: "$expr{$hier{c}}" } }), /main\.b: record: outcome\.path: .*"c"/],
    ["a template that does not parse", () => with_({ files: { path: "$expr{" } }), /main\.b: record: files\.path/],
    [
      "settings that somebody wrote by hand",
      () => {
        const made = with_({});
        return { ...made, elements: made.elements.map((element) => ({ ...element, record: { outcom: {} } as never })) };
      },
      /main\.b: record: outcom: there is none/,
    ],
  ])("a node whose record settings name %s is refused with its place", async (_what, definition, problem) => {
    expect(await failure(definition())).toEqual({
      error: expect.objectContaining({ code: "DEFINITION_INVALID", message: expect.stringMatching(problem) as string }) as unknown,
      reached: [],
    });
  });

  it.each<[string, RecordSettings, string]>([
    ["leads out of the run", { outcome: { path: "$expr{$hier{a}.up}/x" } }, "ARTIFACT_REFUSED"],
    ["is that of another node", { outcome: { path: "main/$expr{$hier{a}.other}/x" } }, "ARTIFACT_REFUSED"],
    ["is no text", { outcome: { path: "$expr{$hier{a}}" } }, "ARTIFACT_REFUSED"],
    ["is taken twice", { outcome: { path: "$expr{$hier{a}.other}" }, state: { path: "a" } }, "ARTIFACT_EXISTS"],
    ["is not there", { outcome: { path: "$expr{$hier{a}.none}" } }, "TEMPLATE_REFERENCE_UNKNOWN"],
  ])("of a node, a place that %s is refused, once it is known", async (_what, record, code) => {
    const definition = flow("main")
      .node("a", give({ value: { up: "..", other: "a" } }))
      .node("b", give({ value: 2 }), { record });
    expect(await failure(definition)).toMatchObject({
      error: { code: "NODE_FAILED", cause: { code } },
      reached: ["main.a completed", "main.b failed"],
    });
  });
});
