import { agent, type Component, defineNode, flow, type FlowDefinition } from "@dad/agent";
import { DadError } from "@dad/protocol";
import { z } from "zod";
import { begin, type Subject } from "./subject.ts";
import type { Witness } from "./witness.ts";

const IN_SEQUENCE = 20;
const MATTERS_EVERY = 10;
const ITEMS = Array.from({ length: 20 }, (_, index) => index);

const text = z.object({ text: z.string() });

/**
 * A long run of small nodes, some of which must not be repeated: first one after the other, then several at the same time, in
 * branches and in a loop; and one that fails, which is caught.
 */
export const chain: Subject = {
  define(witness) {
    const [step, matter] = [stepWith(witness, "idempotent"), stepWith(witness, "effectful")];
    let component: Component<"agent"> = agent("chain");
    for (let number = 1; number <= IN_SEQUENCE; number++)
      component = component.node(`n${number}`, (matters(number) ? matter : step)(settingsOf(number)));
    const branch = (number: number): FlowDefinition =>
      flow("branch")
        .node("before", step(settingsOf(number)))
        .node("matter", matter(settingsOf(number)))
        .node("after", step(settingsOf(number)));
    return component
      .map("wide", { items: ITEMS, concurrency: 5, body: flow("item").node("step", step({ text: "$var{item} $var{index}" })) })
      .parallel("both", { left: branch(101), right: branch(102) })
      .try("careful", {
        body: flow("body").node("fails", failing(witness)({})),
        catch: flow("handler").node("mend", matter({ text: "$expr{error.code}" })),
        finally: flow("cleanup").node("clean", step({ text: "clean" })),
      });
  },
  inputs: {},
  effects: Object.fromEntries([
    ...Array.from({ length: IN_SEQUENCE / MATTERS_EVERY }, (_, index) =>
      effectOf(`chain.n${(index + 1) * MATTERS_EVERY}`, (index + 1) * MATTERS_EVERY),
    ),
    effectOf("chain.both.left.matter", 101),
    effectOf("chain.both.right.matter", 102),
    ["chain.careful.catch.mend", { text: "ALWAYS" }],
  ]),
};

function stepWith(witness: Witness, effect: "idempotent" | "effectful") {
  return defineNode({
    type: effect,
    version: "1",
    effect,
    workspace: "none",
    settings: text,
    output: text,
    async execute(context, { settings }) {
      begin(witness, context);
      if (effect === "effectful") witness.see({ saw: "effect", path: context.path });
      return settings;
    },
  });
}

function failing(witness: Witness) {
  return defineNode({
    type: "failing",
    version: "1",
    effect: "idempotent",
    workspace: "none",
    settings: z.object({}),
    output: text,
    execute(context) {
      begin(witness, context);
      throw new DadError("ALWAYS", "it always fails");
    },
  });
}

function matters(number: number): boolean {
  return number % MATTERS_EVERY === 0;
}

function settingsOf(number: number): z.infer<typeof text> {
  return { text: `${number} `.repeat(100) };
}

function effectOf(path: string, number: number): [path: string, value: z.infer<typeof text>] {
  return [path, settingsOf(number)];
}
