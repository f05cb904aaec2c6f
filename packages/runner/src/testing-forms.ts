import { agent, type AgentDefinition, type Component, defineNode, flow } from "@dad/agent";
import { DadError, Json } from "@dad/protocol";
import { z } from "zod";
import { type ExecutedAttempt, type stage } from "./testing-run.ts";

// For the tests of this package only: one definition with a piece of everything.

/** A node gives its text, and when that was. */
export interface FormsWorld extends Pick<ReturnType<typeof stage>, "attempts"> {
  readonly when: (path: string) => string;
}

function sayNode({ attempts, when }: FormsWorld) {
  return defineNode({
    type: "say",
    version: "1",
    effect: "pure",
    settings: z.object({ text: Json, fails: z.boolean().default(false) }),
    output: z.object({ value: z.string() }),
    execute({ path, attempt, run: { runId } }, { settings: { text, fails } }) {
      attempts.push({ runId, path, attempt } satisfies ExecutedAttempt);
      if (fails) throw new DadError("BROKEN", `it was to fail, ${when(path)}`);
      return { value: `${typeof text === "string" ? text : JSON.stringify(text)} (${when(path)})` };
    },
  });
}

type Agent = Component<"agent">;
type Say = ReturnType<typeof sayNode>;

const ITEMS = ["x", "y", "z"];

/** A sequence, a sub-flow, a sub-agent and each kind of block; what comes later reads what came before. */
export function everyForm(world: FormsWorld): AgentDefinition {
  const say = sayNode(world);
  const { one } = making(say);
  const begun = agent("main", { variables: { kind: "bug" } })
    .node("first", say({ text: "start" }))
    .component(
      "sub",
      flow("sub")
        .node("one", say({ text: "$expr{$hier{first}.value}" }))
        .node("two", say({ text: "$expr{$hier{one}.value}" })),
    );
  const branched = withBranches(withLoops(begun, say), say);
  const deep = one("dig", "$expr{$hier{work}.value}");
  const helped = branched.component(
    "helper",
    agent("helper")
      .node("work", say({ text: "$expr{$hier{wide}}" }))
      .component("deep", deep),
  );
  const read = ["first", "sub", "again", "if", "which", "both", "helper", "attempt", "fine"].map((name) => `$hier{${name}}`);
  return withTries(helped, say).node("last", say({ text: `$expr{[${read.join(", ")}]}` }));
}

function making(say: Say) {
  return { one: (id: string, text: string) => flow(id).node(id, say({ text })) };
}

function withLoops(to: Agent, say: Say): Agent {
  return to
    .forEach("loop", {
      items: ITEMS,
      body: flow("body")
        .node("say", say({ text: "$var{item} $expr{previous == null ? 'at first' : previous.use.value}" }))
        .node("use", say({ text: "$expr{$hier{say}.value}" })),
    })
    .while("again", {
      condition: "$expr{index < 2}",
      max: 3,
      body: flow("body").node("turn", say({ text: "$var{index} $expr{previous == null ? 'at first' : previous.turn.value}" })),
    });
}

function withBranches(to: Agent, say: Say): Agent {
  const { one } = making(say);
  return to
    .conditional("if", {
      condition: "$expr{$hier{first}.value.startsWith('start')}",
      isTrue: flow("y")
        .node("yes", say({ text: "$expr{$hier{loop}}" }))
        .node("indeed", say({ text: "$expr{$hier{yes}.value}" })),
      isFalse: one("no", "no"),
    })
    .switch("which", { on: "$var{kind}", cases: { bug: one("fix", "fix"), feature: one("build", "build") }, otherwise: one("ask", "ask") })
    .parallel("both", {
      left: flow("l")
        .node("begin", say({ text: "$expr{$hier{first}.value}" }))
        .node("end", say({ text: "$expr{$hier{begin}.value}" })),
      right: one("only", "right"),
    })
    .map("wide", {
      items: ITEMS,
      concurrency: 2,
      body: flow("body")
        .node("look", say({ text: "$var{item}" }))
        .node("tell", say({ text: "$expr{$hier{look}.value}" })),
    });
}

function withTries(to: Agent, say: Say): Agent {
  const { one } = making(say);
  return to
    .try("attempt", {
      body: flow("body").node("risky", say({ text: "risky", fails: true })),
      catch: one("mend", "$expr{error.message}"),
      finally: one("close", "closed"),
    })
    .try("fine", { body: one("safe", "safe"), catch: one("rescue", "rescued"), finally: one("tidy", "tidied") });
}
