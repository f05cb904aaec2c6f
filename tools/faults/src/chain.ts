import { agent, type Component, defineNode } from "@dad/agent";
import { z } from "zod";
import { begin, type Subject } from "./subject.ts";
import type { Witness } from "./witness.ts";

const NODES = 50;
const MATTERS_EVERY = 10;

const text = z.object({ text: z.string() });

/** A long run of small nodes, each tenth of which must not be repeated. */
export const chain: Subject = {
  define(witness) {
    const [step, matter] = [stepWith(witness, "idempotent"), stepWith(witness, "effectful")];
    let component: Component<"agent"> = agent("chain");
    for (let number = 1; number <= NODES; number++) component = component.node(`n${number}`, (matters(number) ? matter : step)(settingsOf(number)));
    return component;
  },
  inputs: {},
  effects: Object.fromEntries(Array.from({ length: NODES / MATTERS_EVERY }, (_, index) => effectOf((index + 1) * MATTERS_EVERY))),
};

function stepWith(witness: Witness, effect: "idempotent" | "effectful") {
  return defineNode({
    type: effect,
    version: "1",
    effect,
    settings: text,
    output: text,
    async execute(context, { settings }) {
      begin(witness, context);
      if (effect === "effectful") witness.see({ saw: "effect", path: context.path });
      return settings;
    },
  });
}

function matters(number: number): boolean {
  return number % MATTERS_EVERY === 0;
}

function settingsOf(number: number): z.infer<typeof text> {
  return { text: `${number} `.repeat(100) };
}

function effectOf(number: number): [path: string, value: z.infer<typeof text>] {
  return [`chain.n${number}`, settingsOf(number)];
}
