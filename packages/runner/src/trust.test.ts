import { defineNode, type FlowDefinition, flow } from "@dad/agent";
import { Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { stage } from "./testing-run.ts";

/** Says of each that is executed whether what it executes is untrusted. */
function speakers() {
  const untrusted = new Map<string, boolean>();
  const common = { version: "1", effect: "pure", output: z.object({ value: Json }) } as const;
  const said = defineNode({
    ...common,
    type: "model",
    untrusted: true,
    settings: z.object({ value: Json }),
    execute: (_context, { settings }) => settings,
  });
  const plain = defineNode({ ...common, type: "plain", settings: z.object({ value: Json }), execute: (_context, { settings }) => settings });
  const command = defineNode({
    ...common,
    type: "command",
    settings: z.object({ line: Json, data: Json.default(null) }),
    executes: (settings) => (settings as { line: Json }).line,
    execute(context, { settings }) {
      untrusted.set(context.path, context.untrusted);
      return { value: settings.line };
    },
  });
  return { said, plain, command, untrusted };
}

async function untrustedIn(make: (nodes: ReturnType<typeof speakers>) => FlowDefinition): Promise<Record<string, boolean>> {
  const nodes = speakers();
  await stage().run(make(nodes));
  return Object.fromEntries(nodes.untrusted);
}

describe("what a node executes is untrusted", () => {
  it("when it is made of what a model gave, and not when that is its data or it is made of something else", async () => {
    const found = await untrustedIn(({ said, plain, command }) =>
      flow("main")
        .node("ask", said({ value: "rm" }))
        .node("fixed", plain({ value: "ls" }))
        .node("run", command({ line: "$expr{$hier{ask}.value} -f" }))
        .node("feed", command({ line: "cat", data: "$expr{$hier{ask}.value}" }))
        .node("list", command({ line: "$expr{$hier{fixed}.value}" })),
    );
    expect(found).toEqual({ "main.run": true, "main.feed": false, "main.list": false });
  });

  it("also through other nodes, variables of components and items of loops", async () => {
    const found = await untrustedIn(({ said, plain, command }) =>
      flow("main")
        .node("ask", said({ value: ["a"] }))
        .node("shaped", plain({ value: "$expr{$hier{ask}.value}" }))
        .component(
          "inner",
          flow("inner", { variables: { lines: [] as Json } })
            .node("first", command({ line: "$expr{lines[0]}" }))
            .with({ lines: "$expr{$hier{shaped}.value}" }),
        )
        .forEach("each", { items: "$expr{$hier{shaped}.value}", body: flow("body").node("run", command({ line: "$expr{item}" })) }),
    );
    expect(found).toEqual({ "main.inner.first": true, "main.each.iter_0.run": true });
  });

  it("also through the fallback of a node that failed, what a handler is told, and the iterations of a loop", async () => {
    const broken = defineNode({
      type: "broken",
      version: "1",
      effect: "pure",
      settings: z.object({ value: Json }),
      output: z.object({ value: Json }),
      execute(_context, { settings }) {
        throw new Error(JSON.stringify(settings.value));
      },
    });
    const found = await untrustedIn(({ said, plain, command }) =>
      flow("main")
        .node("ask", said({ value: "rm" }))
        .node("failed", broken({ value: "x" }), { onFailure: { fallback: { value: "$expr{$hier{ask}.value}" } } })
        .node("fallen", command({ line: "$expr{$hier{failed}.value}" }))
        .map("mapped", { items: ["$expr{$hier{ask}.value}", "b"], body: flow("body").node("run", command({ line: "$expr{item}" })) })
        .forEach("each", {
          items: [1, 2],
          body: flow("step")
            .node("ask", said({ value: "x" }))
            .node("keep", plain({ value: "$expr{$hier{ask}.value}" })),
        })
        .node("last", command({ line: "$expr{$hier{each}[1].keep.value}" })),
    );
    expect(found).toEqual({ "main.fallen": true, "main.mapped.iter_0.run": true, "main.mapped.iter_1.run": true, "main.last": true });
  });

  it("when all of what it executes is given by a model", async () => {
    const found = await untrustedIn(({ said, command }) =>
      flow("main")
        .node("ask", said({ value: { line: "rm" } }))
        .node("run", command({ line: "$expr{$hier{ask}.value}" })),
    );
    expect(found).toEqual({ "main.run": true });
  });

  it("when it reads a component in which a model was asked", async () => {
    const found = await untrustedIn(({ said, command }) =>
      flow("main")
        .component("inner", flow("inner").node("ask", said({ value: "x" })))
        .node("run", command({ line: "$expr{$hier{inner}.ask.value}" })),
    );
    expect(found).toEqual({ "main.run": true });
  });

  it("also when what the model gave is taken from the record", async () => {
    const { said, command, untrusted } = speakers();
    let fail = true;
    const failing = defineNode({
      type: "failing",
      version: "1",
      effect: "pure",
      settings: z.object({}),
      output: z.object({}),
      execute() {
        if (fail) throw new Error("not yet");
        return {};
      },
    });
    const definition = flow("main")
      .node("ask", said({ value: "x" }))
      .node("later", failing({}))
      .node("run", command({ line: "$expr{$hier{ask}.value}" }));
    const on = stage();
    await expect(on.run(definition)).rejects.toThrow("not yet");
    fail = false;
    await on.resume(definition);
    expect(Object.fromEntries(untrusted)).toEqual({ "main.run": true });
  });
});
