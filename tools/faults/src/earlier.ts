import { setTimeout as delay } from "node:timers/promises";
import { agent, type AgentDefinition, defineNode, flow, type NodeContext, type NodeDefinition } from "@dad/agent";
import { runCommand } from "@dad/nodes";
import { RunId } from "@dad/protocol";
import { z } from "zod";
import { begin, nodeTypes, type Subject, textOf, writeResult } from "./subject.ts";
import type { Witness } from "./witness.ts";

/** The id of the run that a re-run is made from. */
export const EARLIER = RunId.parse("earlier");

const LARGE_BYTES = 200_000;
const ITEMS = ["one", "two", "three"];

/** Where the re-run starts: all that comes before it, and the branch beside it, is reused. */
const START = "rerun.both.left";
const [DEPOSIT, BILL] = [7, 9];

const DEPOSITED = { "rerun.deposit": { receipt: `charged ${DEPOSIT}` } };
const BILLED = { "rerun.bill": { receipt: `charged ${BILL}` } };
const PACK = "mkdir -p packed && cat built/*.txt *.md > packed/all.txt && echo packed";
const TWICE_IS_ONCE = { effect: "idempotent" } as const;

type Command = (shell: string) => NodeDefinition;

const settings = z.object({ file: z.string(), text: z.string(), after: z.string().optional() });

/**
 * A run that others are made from: nodes of every effect with small and large results, commands that write files, a loop of
 * several at a time, and two branches that change files, always in the same order.
 */
function earlierWith(command: Command): Subject {
  return { define: (witness) => definitionWith(command, witness), inputs: { "rerun.sum": { factor: 3 } }, effects: { ...DEPOSITED, ...BILLED } };
}

function definitionWith(command: Command, witness: Witness): AgentDefinition {
  const { small, large, charge, sum } = nodeTypes(witness);
  const page = pageNode(witness);
  return agent("rerun")
    .node("draft", small({ bytes: 1000 }))
    .node("bulk", large({ bytes: LARGE_BYTES }))
    .node("deposit", charge({ amount: DEPOSIT }))
    .node("build", command("mkdir -p built && printf built > built/one.txt && echo built"), TWICE_IS_ONCE)
    .map("each", {
      items: ITEMS,
      concurrency: 2,
      body: flow("item").node("page", page({ file: "item-$var{index}.md", text: "$var{item}" })),
    })
    .parallel("both", {
      left: flow("left").node("page", page({ file: "left.md", text: "left" })),
      right: flow("right").node("page", page({ file: "right.md", text: "right", after: `${START}.page` })),
    })
    .node("bill", charge({ amount: BILL }))
    .node("pack", command(PACK), TWICE_IS_ONCE)
    .node("sum", (before) => sum({ digest: before.bulk.digest, receipt: before.bill.receipt }));
}

/** A re-run of it from the middle, in which something is changed. */
function rerunOf(subject: Subject): Subject {
  return {
    ...subject,
    effects: BILLED,
    rerun: {
      options: { of: EARLIER, from: START, set: { [`${START}.page`]: { text: "changed" } }, allow: { effects: ["rerun.bill"] } },
      begins: ["rerun.both.left.page", "rerun.bill", "rerun.sum"],
    },
  };
}

const said = defineNode({
  type: "said",
  version: "1",
  code: "",
  effect: "idempotent",
  settings: z.object({ shell: z.string() }),
  output: z.object({ shell: z.string() }),
  execute: (_context, { settings: command }) => command,
});

export const earlier = earlierWith((shell) => runCommand({ shell }));
export const rerun = rerunOf(earlier);

/** The same where there is no place in which a command could work. */
export const earlierWithoutCommands = earlierWith((shell) => said({ shell }));
export const rerunWithoutCommands = rerunOf(earlierWithoutCommands);

/** Writes a file, and records a small and a large text. Where it comes after another node, it waits until that is committed. */
function pageNode(witness: Witness) {
  return defineNode({
    type: "page",
    version: "1",
    code: "",
    effect: "idempotent",
    settings,
    output: z.object({ file: z.string() }),
    async execute(context, { settings: { file, text, after } }) {
      begin(witness, context);
      if (after !== undefined) await untilCommitted(witness, after, context);
      await context.record({ name: "note", data: text });
      await context.record({ name: "table.bin", data: Buffer.from(textOf(text, LARGE_BYTES)) });
      // So that it is known whose each change is, and a branch can be reused without the other.
      await context.exclusively(() => writeResult(context, file, `${text}\n`));
      return { file };
    },
  });
}

async function untilCommitted(witness: Witness, path: string, { signal }: NodeContext): Promise<void> {
  while (!witness.seen().some((sighting) => sighting.saw === "committed" && sighting.path === path)) await delay(1, undefined, { signal });
}
