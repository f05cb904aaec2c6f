import { agent, type ComponentDefinition, defineNode, flow } from "@dad/agent";
import { DadError } from "@dad/protocol";
import { scriptedModel } from "@dad/resources/scripted";
import { staticResourceRegistry } from "@dad/resources/static";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkResources } from "./check-resources.ts";
import { ResourcesMissingError } from "../errors.ts";
import { stage } from "../testing-run.ts";

const ask = defineNode({
  type: "ask",
  version: "1",
  effect: "pure",
  settings: z.object({ model: z.string().optional(), fallback: z.string().default("small"), text: z.string().default("") }),
  output: z.object({ text: z.string() }),
  needs: ({ model, fallback }) => [model, fallback].flatMap((id) => (id === undefined ? [] : [{ kind: "model" as const, id }])),
  execute: () => ({ text: "" }),
});
const fetchFrom = defineNode({
  type: "fetch",
  version: "1",
  effect: "pure",
  settings: z.union([z.string(), z.object({ endpoint: z.string() })]),
  output: z.string(),
  needs: (settings) => [{ kind: "endpoint", id: typeof settings === "string" ? settings : (settings.endpoint ?? "") }],
  execute: () => "",
});

const model = () => expect.fail("nobody is to be asked");
const profile = staticResourceRegistry({
  profiles: { ci: { models: { writer: model, small: model }, endpoints: { api: "https://api.test" } } },
}).profile();

function missingIn(definition: ComponentDefinition): unknown {
  try {
    checkResources(definition, profile);
    return [];
  } catch (error) {
    if (!DadError.is(error, "RESOURCE_UNKNOWN")) throw error;
    return error.details?.["missing"];
  }
}

describe("checkResources", () => {
  it("says of a model that no provider of the profile has who could serve it", () => {
    const models = { writer: { model: "claude-sonnet-4-5" }, small: { model: "gpt-5-mini" } };
    const data = staticResourceRegistry({ profiles: { live: { models, providers: { openai: {} } } }, makers: { model } }).profile();
    expect(() => checkResources(agent("main").node("first", ask({ fallback: "writer" })), data)).toThrow(
      /\n {2}main\.first: model "writer" of profile "live" has no provider: anthropic, .* have claude-sonnet-4-5, and the profile has openai/,
    );
    expect(() => checkResources(agent("main").node("first", ask({ fallback: "small" })), data)).not.toThrow();
  });

  it("says which models there are instead of one that is asked for by what it is", () => {
    const byWhatItIs = defineNode({
      type: "ask",
      version: "1",
      effect: "pure",
      settings: z.object({}),
      output: z.string(),
      needs: () => [{ kind: "model", query: { model: "large-1" } }],
      execute: () => "",
    });
    const resources = staticResourceRegistry({ profiles: { ci: { models: { writer: scriptedModel(["Yes."]) } } } }).profile();
    expect(() => checkResources(agent("main").node("first", byWhatItIs({})), resources)).toThrow(
      /\n {2}main\.first: no model is \{"model":"large-1"\}; there is "writer" \(\w+\/\w+\)$/,
    );
  });

  it("says of nodes what they ask for and the profile has not, once each, with their paths and what could be meant", () => {
    const definition = agent("main")
      .node("first", ask({ model: "wirter", fallback: "smal" }))
      .node("second", ask({ model: "writer" }))
      .node("third", fetchFrom("apo"))
      .node("fourth", ask({ model: "wirter" }));
    expect(() => checkResources(definition, profile)).toThrow(ResourcesMissingError);
    expect(() => checkResources(definition, profile)).toThrow(
      [
        'profile "ci" has not all that nodes ask for:',
        '  main.first, main.fourth: there is no model "wirter"; did you mean "writer"? there are "small", "writer"',
        '  main.first: there is no model "smal"; did you mean "small"? there are "small", "writer"',
        '  main.third: there is no endpoint "apo"; did you mean "api"? there is "api"',
      ].join("\n"),
    );
    expect(missingIn(definition)).toEqual([
      { path: "main.first", kind: "model", id: "wirter" },
      { path: "main.first", kind: "model", id: "smal" },
      { path: "main.third", kind: "endpoint", id: "apo" },
      { path: "main.fourth", kind: "model", id: "wirter" },
    ]);
  });

  const asks = flow("asks").node("ask", ask({ model: "gone" }));
  it.each<[string, ComponentDefinition]>([
    ["main.in.ask", flow("main").component("in", asks)],
    ["main.if.is_false.ask", flow("main").conditional("if", { condition: true, isTrue: flow("nothing"), isFalse: asks })],
    ["main.each.iter_*.ask", flow("main").forEach("each", { items: [1, 2], body: asks })],
    ["main.t.catch.ask", flow("main").try("t", { body: flow("nothing"), catch: asks })],
    ["main.soft", flow("main").node("soft", ask({ model: "gone" }), { onFailure: { fallback: { text: "" } } })],
  ])("finds it at %s", (path, definition) => {
    expect(missingIn(definition)).toEqual([{ path, kind: "model", id: "gone" }]);
  });

  it("asks by the settings that are known, also where others read something", () => {
    const told = flow("main", { variables: { name: "gone", text: "" } });
    expect(missingIn(told.node("ask", ask({ model: "gone", text: "$var{text}" })))).toEqual([{ path: "main.ask", kind: "model", id: "gone" }]);
    expect(missingIn(told.node("ask", ask({ model: '$expr{"go" + "ne"}' })))).toEqual([{ path: "main.ask", kind: "model", id: "gone" }]);
    expect(missingIn(told.node("ask", ask({ model: "$var{name}" })))).toEqual([]);
    expect(missingIn(told.node("ask", ask({ model: '$expr{$var{name} ?? "gone"}' })))).toEqual([]);
    expect(missingIn(told.node("fetch", fetchFrom({ endpoint: "$var{name}" })))).toEqual([]);
  });

  it("leaves what does not fit to the check of the definition", () => {
    const wrong = flow("main")
      .node("a", ask({ model: 5 } as never))
      .node("b", ask({ model: "$expr{1 +}" }))
      .node("c", fetchFrom({ endpoint: 5 } as never));
    expect(missingIn(wrong)).toEqual([]);
  });

  it("says that there is none where there is none", () => {
    const empty = staticResourceRegistry({ profiles: { bare: {} } }).profile();
    expect(() => checkResources(asks, empty)).toThrow('asks.ask: there is no model "gone"; there is none');
  });
});

describe("a runner", () => {
  it("executes nothing when a later node asks for what the profile has not", async () => {
    const { step, executed, run } = stage();
    const definition = flow("main")
      .node("paid", step({}))
      .node("ask", ask({ model: "gone", fallback: "gone" }));
    await expect(run(definition)).rejects.toMatchObject({ code: "RESOURCE_UNKNOWN" });
    expect(executed).toEqual([]);
  });
});
