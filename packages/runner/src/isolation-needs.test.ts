import { defineNode, flow } from "@dad/agent";
import { guardsWith, type IsolationAdapter } from "@dad/isolation";
import { processIsolation } from "@dad/isolation/process";
import { Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkIsolation } from "./checks/check-isolation.ts";
import { isolationNeeds } from "./isolation-needs.ts";

const common = { version: "1", effect: "pure", output: z.object({ value: Json }), execute: () => ({ value: null }) } as const;
const said = defineNode({ ...common, type: "model", untrusted: true, settings: z.object({}) });
const plain = defineNode({ ...common, type: "plain", settings: z.object({ value: Json }) });
const command = defineNode({
  ...common,
  type: "command",
  settings: z.object({ line: Json, data: Json.default(null), isolation: z.string().optional() }),
  executes: (settings) => (settings as { line: Json }).line,
});

describe("what nodes will need of isolation", () => {
  it("is what they say, and that what reads a model is contained, also through other nodes and from a component", () => {
    const definition = flow("main")
      .component("inner", flow("inner").node("ask", said({})))
      .node("shaped", plain({ value: "$expr{$hier{inner}.ask.value}" }))
      .node("run", command({ line: "$expr{$hier{shaped}.value} -f" }))
      .node("feed", command({ line: "cat", data: "$expr{$hier{shaped}.value}" }))
      .node("strict", command({ line: "$expr{$hier{inner}.ask.value}", isolation: "hostile" }))
      .node("weak", command({ line: "$expr{$hier{inner}.ask.value}", isolation: "cooperative" }))
      .node("own", command({ line: "ls", isolation: "contained" }));
    expect(isolationNeeds(definition)).toEqual([
      { path: "main.run", preset: "contained" },
      { path: "main.strict", preset: "hostile" },
      { path: "main.weak", preset: "contained" },
      { path: "main.own", preset: "contained" },
    ]);
  });

  it("is refused before anything runs, with the node and what to do, unless the policy says to go on", async () => {
    const adapter: IsolationAdapter = processIsolation();
    const needs = [{ path: "main.run", preset: "contained" }] as const;
    await expect(checkIsolation(needs, { adapter })).rejects.toMatchObject({
      code: "ISOLATION_UNAVAILABLE",
      message: expect.stringMatching(/^node main\.run has to run in isolation "contained", and .*use an isolation adapter/s) as unknown,
      details: { path: "main.run", preset: "contained" },
    });
    await expect(checkIsolation([], { adapter, policy: { preset: "contained" } })).rejects.toMatchObject({ code: "ISOLATION_UNAVAILABLE" });
    await checkIsolation(needs, { adapter, policy: { onMissing: "degrade" } });
    const strong = {
      ...adapter,
      probe: async () => ({
        available: true,
        problems: [],
        guards: guardsWith(Object.fromEntries(Object.keys(guardsWith({})).map((guard) => [guard, "enforced"]))),
      }),
    };
    await checkIsolation(needs, { adapter: strong });
  });
});
