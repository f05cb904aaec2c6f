// A definition with every block, for the tests of what is printed of it.
import { z } from "zod";
import { agent, flow } from "./component.ts";
import { say, scan, shout } from "./testing-nodes.ts";
import { variable } from "./variable.ts";

const one = (id: string) => flow(id).node("n", say(id));

export const everything = agent("coder", { description: "Codes.", variables: { task: variable(z.string()), tone: "dry" } })
  .node("scan", scan({ directory: "." }), { timeoutMs: 1500, retry: { attempts: 3 } })
  .component("fix", ({ scan: { files } }) =>
    flow("inner", { variables: { what: variable(), depth: 1 } })
      .node("look", say("$var{what}"))
      .with({ what: files[0]!.path }),
  )
  .conditional("cond", { condition: ({ scan: { files } }) => files[0]!.bytes as never, isTrue: one("yes"), isFalse: flow("no") })
  .switch("choice", { on: (_nodes, { task }) => task, cases: { add: one("add"), remove: one("removal") }, otherwise: one("else") })
  .forEach("each", {
    items: ({ scan: { files } }) => files,
    start: 1,
    body: ({ item }, { scan: { tree } }) =>
      flow("body").node("read", shout({ text: `${item.path} of ${tree}` }), { onFailure: "continue", effect: "idempotent" }),
  })
  .map("mapped", { items: [1, 2], concurrency: 4, max: 10, body: one("mapping") })
  .while("again", { condition: "$expr{index < 3}", max: 5, atMax: "stop", body: one("round") })
  .parallel("both", { left: one("left"), right: agent("right").node("n", say("")) })
  .try("guarded", { body: one("tried"), catch: one("caught"), codes: ["NODE_FAILED"], finally: one("cleaned") })
  .node("sum", ({ each, both }) => shout({ text: `${each[0]!.read.text} ${both.left.n}` }), { onFailure: { fallback: { text: "none" } } });
