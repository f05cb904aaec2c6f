import { defineNode, flow, type FlowDefinition } from "@dad/agent";
import { Json, type StaticInputs } from "@dad/protocol";
import type { ModelResource } from "@dad/resources";
import { staticResourceRegistry } from "@dad/resources/static";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { memoryPorts } from "../testing-ports.ts";
import { planned, reason, rerunStage, sorted } from "../testing-rerun.ts";
import { type ExecutedAttempt, RUN } from "../testing-run.ts";

/** What a node in the middle depends on. */
interface Variant {
  readonly version?: string;
  readonly code?: string;
  readonly settings?: Readonly<Record<string, Json>>;
  readonly input?: Json;
  readonly model?: Pick<ModelResource, "provider" | "modelId" | "identity" | "price"> & { readonly recorded?: boolean };
  readonly url?: string;
}

const MODEL = { provider: "one", modelId: "small" };
const SETTINGS = { prompt: "say", temperature: 1, tools: ["a", "b"] };

function resourcesOf({ model = MODEL, url = "https://one.test/" }: Variant) {
  const { recorded = false, ...named } = model;
  const capabilities = { structuredOutput: true, recorded, streaming: false, tools: false, files: false };
  const generate = () => Promise.reject(new Error("nobody asks"));
  return staticResourceRegistry({ profiles: { default: { models: { m: { ...named, capabilities, generate } }, endpoints: { e: url } } } }).profile();
}

/** The node `it` gives always the same, or else what it depends on. */
function definitionOf({ version = "1", code = "", settings = SETTINGS }: Variant, at: At): FlowDefinition {
  const it = defineNode({
    type: "it",
    version,
    code,
    effect: "pure",
    settings: z.record(z.string(), Json),
    input: Json,
    output: z.object({ value: Json }),
    needs: () => [
      { kind: "model", id: "m" },
      { kind: "endpoint", id: "e" },
    ],
    execute({ path, attempt, run }) {
      at.attempts.push({ runId: run.runId, path, attempt });
      return { value: at.gives };
    },
  });
  const { step } = at;
  return flow("main")
    .node("before", step({ value: "before" }))
    .node("it", it(settings as never))
    .node("reader", step({ value: "$expr{$hier{it}.value}" }))
    .node("further", step({ value: "$expr{$hier{reader}.value}" }))
    .node("beside", step({ value: "$expr{$hier{before}.value}" }));
}

interface At {
  readonly step: ReturnType<typeof rerunStage>["step"];
  readonly attempts: ExecutedAttempt[];
  readonly gives: Json;
}

/** A run of one variant, and its re-run as another one. */
async function changed(before: Variant, after: Variant, gives: { readonly before: Json; readonly after: Json }) {
  const ports = memoryPorts();
  const inputs: StaticInputs = { "main.it": before.input ?? "input" };
  const first = rerunStage({ ports: { ...ports, resources: resourcesOf(before) } });
  await first.run(definitionOf(before, { ...first, gives: gives.before }), { inputs });
  const second = rerunStage({ ports: { ...ports, resources: resourcesOf(after) } });
  const given = after.input === undefined ? {} : { inputs: { "main.it": after.input } };
  return await second.rerun(definitionOf(after, { ...second, gives: gives.after }), given);
}

const LEFT_OUT = { prompt: "say", tools: ["a", "b"] };

const CHANGES: readonly (readonly [what: string, after: Variant, reason: string])[] = [
  ["the version of its code", { version: "2" }, 'code: {"type":"it","version":"1"} → {"type":"it","version":"2"}'],
  ["a setting", { settings: { ...SETTINGS, prompt: "tell" } }, 'settings.prompt: "say" → "tell"'],
  ["another setting", { settings: { ...SETTINGS, temperature: 0 } }, "settings.temperature: 1 → 0"],
  ["the order in a setting", { settings: { ...SETTINGS, tools: ["b", "a"] } }, 'settings.tools: ["a","b"] → ["b","a"]'],
  ["a setting more", { settings: { ...SETTINGS, more: true } }, "settings.more: undefined → true"],
  ["a setting less", { settings: LEFT_OUT }, "settings.temperature: 1 → undefined"],
  ["its static input", { input: "another" }, 'static: "input" → "another"'],
  [
    "the model behind its alias",
    { model: { ...MODEL, modelId: "large" } },
    'resource.model.m: {"modelId":"small","provider":"one"} → {"modelId":"large","provider":"one"}',
  ],
  [
    "the provider of its model",
    { model: { ...MODEL, provider: "two" } },
    'resource.model.m: {"modelId":"small","provider":"one"} → {"modelId":"small","provider":"two"}',
  ],
  [
    "a recording instead of its model",
    { model: { ...MODEL, recorded: true } },
    'resource.model.m: {"modelId":"small","provider":"one"} → {"modelId":"small","provider":"one","recorded":true}',
  ],
  [
    "the address at which its model is reached",
    { model: { ...MODEL, identity: { baseURL: "https://two.test/" } } },
    'resource.model.m: {"modelId":"small","provider":"one"} → {"identity":{"baseURL":"https://two.test/"},"modelId":"small","provider":"one"}',
  ],
  ["the address of its endpoint", { url: "https://two.test/" }, 'resource.endpoint.e: "https://one.test/" → "https://two.test/"'],
];

describe("a node of which one thing is another one", () => {
  it.each(CHANGES)("is executed alone, as the plan says, when it gives the same: %s", async (_what, after, because) => {
    const { plan, executed, result } = await changed({}, after, { before: "same", after: "same" });
    expect(executed).toEqual(["main.it"]);
    expect(planned(plan, "execute")).toEqual(["main.it"]);
    expect(reason(plan, "main.it")).toBe(because);
    expect(planned(plan, "decided at run time")).toEqual(["main.further", "main.reader"]);
    expect(planned(plan, "reuse")).toEqual(["main.before", "main.beside"]);
    expect(result).toMatchObject({ further: { value: "same" } });
  });

  it.each(CHANGES)("is executed with all that follows from it, when it gives something else: %s", async (_what, after) => {
    const { executed, reused, result } = await changed({}, after, { before: "same", after: "other" });
    expect(executed).toEqual(["main.further", "main.it", "main.reader"]);
    expect(reused).toEqual(["main.before", "main.beside"]);
    expect(result).toMatchObject({ further: { value: "other" } });
  });

  it.each<[string, Variant]>([
    ["the price of its model", { model: { ...MODEL, price: { inputPerMTok: 1, outputPerMTok: 1 } } }],
    ["who asks at its endpoint", { url: "https://me:secret@one.test/" }],
  ])("is reused when no more than that is another: %s", async (_what, after) => {
    expect((await changed({}, after, { before: "same", after: "other" })).executed).toEqual([]);
  });

  it("says of another text of its code what it is known by", async () => {
    const { plan, executed } = await changed({}, { code: "return that" }, { before: 1, after: 1 });
    expect(executed).toEqual(["main.it"]);
    const [first] = plan.nodes.find(({ path }) => path === "main.it")?.because ?? [];
    expect(first?.component).toBe("code");
    expect(first?.before).not.toEqual(first?.after);
    expect(first?.message).toMatch(/^code\.source was not there, and is "[0-9a-f]+"$/);
  });

  it("names what differs first in the order code, settings, input, resources, and all else after it", async () => {
    const after = { url: "https://two.test/", input: "another", settings: { ...SETTINGS, prompt: "tell" }, version: "2" };
    const { plan } = await changed({}, after, { before: 1, after: 1 });
    const because = plan.nodes.find(({ path }) => path === "main.it")?.because.map(({ component }) => component);
    expect(because).toEqual(["code", "settings.prompt", "static", "resource.endpoint.e"]);
  });

  it("is the same when nothing is another one", async () => {
    expect((await changed({}, {}, { before: 1, after: 2 })).executed).toEqual([]);
    const sameInAnotherOrder = { settings: { tools: ["a", "b"], temperature: 1, prompt: "say" } };
    expect((await changed({}, sameInAnotherOrder, { before: 1, after: 2 })).executed).toEqual([]);
  });
});

describe("a value that is changed", () => {
  /** Decides everything by variables. */
  function deciding(
    { step }: ReturnType<typeof rerunStage>,
    { items = ["x", "y"], fallback = "f" }: { items?: readonly string[]; fallback?: string } = {},
  ) {
    const one = (id: string) => flow(id).node(id, step({ value: id }));
    return flow("main", { variables: { yes: true, kind: "one", text: "t", rounds: 1 } })
      .node("read", step({ value: "$var{text}" }))
      .conditional("if", { condition: "$expr{yes}", isTrue: one("a"), isFalse: one("b") })
      .switch("which", { on: "$var{kind}", cases: { one: one("c") }, otherwise: one("d") })
      .forEach("loop", { items: [...items], body: flow("body").node("say", step({ value: "$var{item}" })) })
      .while("again", { condition: "$expr{index < rounds}", max: 5, body: flow("body").node("turn", step({ value: "$var{index}" })) })
      .node("broken", step({ value: "broken" }), { onFailure: { fallback: { value: fallback } } })
      .node("last", step({ value: "$expr{$hier{broken}.value}" }));
  }

  async function rerunWith(inputs: StaticInputs, options: { items?: readonly string[]; fallback?: string } = {}) {
    const on = rerunStage();
    on.on("broken", () => {
      throw new Error("broken");
    });
    await on.run(deciding(on));
    return await on.rerun(deciding(on, options), { inputs });
  }

  // What failed is executed in each re-run that has no start.
  it.each([
    ["a variable that a node reads", { main: { text: "u" } }, ["main.read"]],
    ["a condition", { main: { yes: false } }, ["main.if.is_false.b"]],
    ["a case", { main: { kind: "two" } }, ["main.which.otherwise.d"]],
    ["how often a loop goes round", { main: { rounds: 3 } }, ["main.again.iter_1.turn", "main.again.iter_2.turn"]],
    ["nothing", {}, []],
  ])("executes what it is for: %s", async (_what, inputs, executed) => {
    expect((await rerunWith(inputs as StaticInputs)).executed).toEqual(sorted([...executed, "main.broken"]));
  });

  it("executes what is for an item that is new, and what reads a fallback that is another one", async () => {
    expect((await rerunWith({}, { items: ["x", "z"] })).executed).toEqual(["main.broken", "main.loop.iter_1.say"]);
    const { executed, result } = await rerunWith({}, { fallback: "g" });
    expect(executed).toEqual(["main.broken", "main.last"]);
    expect(result).toMatchObject({ last: { value: "g" } });
  });

  it("is said by the plan with what it was", async () => {
    const { plan } = await rerunWith({ main: { text: "u" } });
    expect(reason(plan, "main.read")).toBe('settings.value: "t" → "u"');
    expect(reason(plan, "main.broken")).toBe('state: "failed" → undefined');
  });

  it("that was given to the earlier run counts for the re-run, too (D-22)", async () => {
    const on = rerunStage();
    const definition = flow("main", { variables: { text: "t", other: "o" } }).node("a", on.step({ value: "$var{text} $var{other}" }));
    await on.run(definition, { inputs: { main: { text: "given" } } });
    expect((await on.rerun(definition)).executed).toEqual([]);
    const { result, executed } = await on.rerun(definition, { inputs: { main: { other: "now" } } });
    expect([result, executed]).toEqual([{ a: { value: "given now" } }, ["main.a"]]);
    expect((await on.rerun(definition, { of: "r3" })).result).toEqual({ a: { value: "given now" } });
  });
});

describe("static inputs of a re-run", () => {
  const two = ({ step }: ReturnType<typeof rerunStage>) =>
    flow("main")
      .component("x", flow("x").node("n", step({ value: 1 })))
      .component(
        "y",
        flow("y")
          .node("n", step({ value: 1 }))
          .node("m", step({ value: 1 })),
      );

  it("are refused by a name that could be several, though the earlier run has one of them", async () => {
    const on = rerunStage();
    await on.run(two(on), { inputs: { "main.x.n": { value: 5 } } });
    const before = await on.runs();
    await expect(on.rerun(two(on), { inputs: { n: { value: 6 } } })).rejects.toMatchObject({ code: "STATIC_INPUT_INVALID" });
    await expect(on.rerun(two(on), { inputs: { m: { value: 6 }, "main.y.m": { value: 7 } } })).rejects.toMatchObject({
      code: "STATIC_INPUT_INVALID",
    });
    expect(await on.runs()).toEqual(before);
  });

  it("replace those of the earlier run under whatever name", async () => {
    const on = rerunStage();
    await on.run(two(on), { inputs: { "main.y.m": { value: 5 } } });
    const { result, executed } = await on.rerun(two(on), { inputs: { m: { value: 6 } } });
    expect([result, executed]).toEqual([{ x: { n: { value: 1 } }, y: { n: { value: 1 }, m: { value: 6 } } }, ["main.y.m"]]);
    expect(await on.details(RUN)).toMatchObject({ status: "completed" });
  });
});
