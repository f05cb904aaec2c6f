import { flow } from "@dad/agent";
import { Lineage } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { lineageOf } from "./lineage-of.ts";
import { brief, id, stage, without } from "./testing-runs.ts";

type Stage = ReturnType<typeof stage>;

/** A loop over the list of a node, a branch, and a sub-flow that is given a variable. */
function definitionOf({ step }: Stage, { last = "v1" } = {}) {
  const say = flow("body")
    .node("say", step({ value: "$expr{item}" }))
    .node("loud", step({ value: "$expr{$hier{say}.value}!" }));
  const sub = flow("sub", { variables: { text: "" } }).node("shout", step({ value: "$var{text}" }));
  return flow("main")
    .node("list", step({ value: ["a", "b"] }))
    .node("check", step({ value: true }))
    .map("each", { items: "$expr{$hier{list}.value}", concurrency: 1, body: say })
    .conditional("if", { condition: "$expr{$hier{check}.value}", isTrue: flow("yes").node("act", step({ value: "done" })) })
    .component("sub", sub.with({ text: "$expr{$hier{list}.value[0]}" }))
    .node("sum", step({ value: ["$expr{$hier{each}}", "$expr{$hier{if}}", "$expr{$hier{sub.shout}.value}", last] }));
}

async function ran(): Promise<Stage> {
  const on = stage();
  await on.run("one", definitionOf(on));
  return on;
}

describe("the lineage of a node", () => {
  it("is what it was made of, back to what read nothing, through items, variables and conditions", async () => {
    const on = await ran();
    expect(brief(await on.why("one", "main.sum"))).toEqual([
      "one main.sum <- read main.each [main.each.iter_0.say main.each.iter_0.loud main.each.iter_1.say main.each.iter_1.loud], " +
        "read main.if [main.if.is_true.act], read main.sub.shout",
      "one main.each.iter_0.say <- read main.list",
      "one main.each.iter_0.loud <- read main.each.iter_0.say, decided main.list",
      "one main.each.iter_1.say <- read main.list",
      "one main.each.iter_1.loud <- read main.each.iter_1.say, decided main.list",
      "one main.if.is_true.act <- decided main.check",
      "one main.sub.shout <- read main.list",
      "one main.list <- ",
      "one main.check <- ",
    ]);
  });

  it("fits its schema, and says of each node what it gave, when, and with which code", async () => {
    const on = await ran();
    const lineage = Lineage.parse(JSON.parse(JSON.stringify(await on.why("one", "main.sum"))));
    expect(lineage).toMatchObject({
      format: "dad.lineage/1",
      path: "main.sum",
      here: { decision: "executed", attempt: 1 },
      runs: [{ runId: "one" }],
    });
    for (const node of lineage.nodes) {
      expect(node).toMatchObject({ recordedIn: "one", status: "completed", attempt: 1, fingerprint: { code: { type: "step", version: "1" } } });
      expect(node.result?.digest).toMatch(/^sha256:/);
      expect([node.startedAt, node.durationMs]).not.toContain(null);
    }
  });

  it("is told as far away as is asked for, and says where it goes on", async () => {
    const on = await ran();
    expect(brief(await on.why("one", "main.sum", { depth: 0 }))).toEqual(["one main.sum <- 3 further away"]);
    const near = brief(await on.why("one", "main.sum", { depth: 1 }));
    expect([near.length, near[1], near.at(-1)]).toEqual([7, "one main.each.iter_0.say <- 1 further away", "one main.sub.shout <- 1 further away"]);
    expect(brief(await on.why("one", "main.sum", { depth: 2 }))).toContain("one main.list <- ");
    await expect(on.why("one", "main.sum", { depth: 1.5 })).rejects.toThrow(TypeError);
  });

  it("has an artifact by its name, and all of the node without contents", async () => {
    const on = await ran();
    const lineage = await on.why("one", "main.list/outcome");
    expect(lineage.artifact).toMatchObject({ name: "outcome", digest: lineage.nodes[0]?.result?.digest, path: "main/list/outcome.json" });
    expect(lineage.artifact).toEqual((await on.why("one", "main.list", { artifact: "outcome" })).artifact);
    expect(lineage.artifacts.map(({ name, data }) => [name, data])).toEqual([
      ["input", undefined],
      ["outcome", undefined],
      ["result", undefined],
    ]);
  });

  it("mentions the attempts before the one that counts, and the failure that was handled", async () => {
    const on = stage();
    let left = 1;
    on.on("main.work", () => {
      if (left-- > 0) throw new Error("no luck");
      return undefined;
    });
    on.on("main.lost", () => {
      throw new Error("never");
    });
    const definition = flow("main")
      .node("work", on.step({ value: "x" }), { retry: { attempts: 2, delayMs: 0, on: "any" } })
      .node("lost", on.step({}), { onFailure: "continue" })
      .node("use", on.step({ value: "$expr{$hier{work}.value}$expr{$hier{lost} ?? '-'}" }));
    await on.run("one", definition);
    const { nodes } = await on.why("one", "main.use");
    expect(nodes[1]).toMatchObject({ path: "main.work", attempt: 2, attempts: [{ attempt: 1, status: "failed", error: { message: "no luck" } }] });
    expect(nodes[2]).toMatchObject({ path: "main.lost", status: "failed", handled: "continue", result: null, error: { message: "never" } });
  });

  it("leaves out of a block what a failure undid, and names the failure for what handled it", async () => {
    const on = stage();
    on.on("main.t.try.bad", () => {
      throw new Error("no luck");
    });
    const body = flow("body").node("good", on.step({})).node("bad", on.step({}));
    const handler = flow("handler").node("mend", on.step({ value: "$expr{error.message}" }));
    const definition = flow("main")
      .try("t", { body, catch: handler })
      .node("use", on.step({ value: "$expr{$hier{t}}" }));
    await on.run("one", definition);
    expect(brief(await on.why("one", "main.use"))).toEqual([
      "one main.use <- read main.t [main.t.catch.mend]",
      "one main.t.catch.mend <- read main.t.try.bad",
      "one main.t.try.bad <- ",
    ]);
  });

  it("says who gave a static input, also when later runs only took it over, and what was set", async () => {
    const on = stage();
    const definition = flow("main", { variables: { name: "" } })
      .node("who", on.step({ value: "$var{name}" }))
      .node("use", on.step({ value: "$expr{$hier{who}.value}" }));
    await on.run("one", definition, { main: { name: "cat" }, "main.use": { value: "given" } });
    await on.rerun("two", definition, { of: "one", reask: ["main.use"] });
    await on.rerun("three", definition, { of: "two", set: { "main.who": { value: "set" } } });
    expect((await on.why("two", "main.use")).nodes[0]).toMatchObject({
      runId: "two",
      given: [
        { path: "main", runId: "one" },
        { path: "main.use", runId: "one" },
      ],
      set: [],
    });
    expect((await on.why("three", "main.who")).nodes[0]).toMatchObject({ runId: "three", set: ["value"], given: [{ path: "main", runId: "one" }] });
  });

  it("says that it is not recorded what a node was made of that an older version executed", async () => {
    const on = stage();
    await using journal = await on.ports.journals.create(id("old"));
    await on.run("one", flow("main").node("say", on.step({})));
    for await (const { runId: _runId, seq: _seq, time: _time, ...event } of on.ports.journals.read(id("one"))) {
      const { fingerprint: _fingerprint, ...older } = event as typeof event & { readonly fingerprint?: unknown };
      await journal.append(older);
    }
    const [node] = (await on.why("old", "main.say")).nodes;
    expect(node).toMatchObject({ status: "completed", nodeType: "step", inputs: null });
    expect(node?.fingerprint).toBeUndefined();
  });

  it("says that it is not recorded what a node was made of that did not come to its end", async () => {
    const on = stage();
    const journal = await on.ports.journals.create(id("old"));
    const definition = flow("main").node("say", on.step({}));
    await on.run("one", definition);
    for await (const { runId: _runId, seq: _seq, time: _time, ...event } of on.ports.journals.read(id("one")))
      if (event.type !== "node.completed" && event.type !== "component.completed" && event.type !== "run.completed") await journal.append(event);
    expect((await on.why("old", "main.say")).nodes).toMatchObject([{ status: "running", inputs: null, result: null, durationMs: null }]);
    await journal[Symbol.asyncDispose]();
    expect((await on.why("old", "main.say")).nodes).toMatchObject([{ status: "interrupted", nodeType: "step" }]);
  });

  it("tells of attempts that waited for an answer", async () => {
    const on = stage();
    const journal = await on.ports.journals.create(id("old"));
    const definition = flow("main").node("say", on.step({}));
    await on.run("one", definition);
    for await (const { runId: _runId, seq: _seq, time: _time, ...event } of on.ports.journals.read(id("one"))) {
      await journal.append(event.type === "node.completed" ? { ...event, attempt: 2 } : event);
      if (event.type !== "node.started") continue;
      await journal.append({ type: "node.parked", path: event.path, attempt: 1, durationMs: 7, artifacts: [], requests: ["main.say:ok" as never] });
      expect((await on.why("old", "main.say")).nodes).toMatchObject([{ status: "waiting", durationMs: 7 }]);
      await journal.append({ ...event, attempt: 2 });
    }
    const [node] = (await on.why("old", "main.say")).nodes;
    expect(node).toMatchObject({ status: "completed", attempt: 2, attempts: [{ attempt: 1, status: "waiting", durationMs: 7 }] });
    await journal[Symbol.asyncDispose]();
  });

  it("stops when it is told to", async () => {
    const on = await ran();
    await expect(on.why("one", "main.sum", { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });
});

describe("the lineage of what was reused", () => {
  async function rerunTwice(): Promise<Stage> {
    const on = await ran();
    await on.rerun("two", definitionOf(on, { last: "v2" }), { of: "one" });
    await on.rerun("three", definitionOf(on, { last: "v2" }), { of: "two", reask: ["main.if"] });
    return on;
  }

  it("is told by the run that executed it, with the re-runs by which it came", async () => {
    const on = await rerunTwice();
    const sum = await on.why("three", "main.sum");
    expect([sum.here.decision, sum.nodes[0]?.runId, sum.nodes[0]?.recordedIn]).toEqual(["reused", "two", "two"]);
    expect(sum.runs.map(({ runId, record, rerun }) => [runId, record, rerun?.of, rerun?.reask])).toEqual([
      ["three", "there", "two", ["main.if"]],
      ["two", "there", "one", undefined],
      ["one", "there", undefined, undefined],
    ]);
    // It was made of what the run before had, not of what was executed again since.
    expect(brief(sum)).toContain("one main.if.is_true.act <- decided main.check");
    expect(brief(await on.why("three", "main.if.is_true.act"))).toEqual(["three main.if.is_true.act <- decided main.check", "one main.check <- "]);
  });

  it("is the same when the runs that executed it are gone, and retained", async () => {
    const on = await rerunTwice();
    const journals = without(on.ports.journals, ["one", "two"]);
    expect(await lineageOf({ journals }, { runId: id("three"), node: "main.sum" })).toEqual(await on.why("three", "main.sum"));
  });

  it("is what the run itself has recorded when the others are not even retained, and says so", async () => {
    const on = await rerunTwice();
    const journals = without(on.ports.journals, ["one", "two"], { retained: false });
    const lineage = await lineageOf({ journals }, { runId: id("three"), node: "main.sum/outcome" });
    expect(lineage.runs).toMatchObject([{ record: "there" }, { runId: "two", record: "gone" }, { runId: "one", record: "gone" }]);
    expect(lineage.nodes[0]).toMatchObject({ runId: "two", recordedIn: "three", decision: "reused", startedAt: null, durationMs: null });
    expect(brief(lineage)[0]).toContain("two main.sum <- read main.each [");
  });

  it("leads to the iteration that executed it where the items have other places by now", async () => {
    const on = stage();
    const listing = (items: string[]) => {
      const say = flow("body")
        .node("say", on.step({ value: "$expr{item}" }))
        .node("loud", on.step({ value: "$expr{$hier{say}.value}!" }));
      return flow("main").map("each", { items, body: say });
    };
    await on.run("one", listing(["a", "b"]));
    await on.rerun("two", listing(["b"]), { of: "one" });
    const lineage = await on.why("two", "main.each.iter_0.loud/outcome");
    expect(lineage.artifact?.path).toBe("main/each/iter_0/loud/outcome.json");
    expect(brief(lineage)).toEqual(["one main.each.iter_1.loud <- read main.each.iter_1.say", "one main.each.iter_1.say <- "]);
  });
});
