import { flow, type FlowDefinition } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { fileStage } from "../testing-files.ts";
import { planned, reason, sorted } from "../testing-rerun.ts";
import { untilAborted } from "../testing-run.ts";

type On = ReturnType<typeof fileStage>;

/** Three writers, one after the other, and a reader after each. */
function writers({ write, read }: On, texts: { one?: string; two?: string; three?: string } = {}): FlowDefinition {
  const { one = "1", two = "2", three = "3" } = texts;
  return flow("main")
    .node("one", write({ to: "one.txt", text: one }))
    .node("readsOne", read({ from: "one.txt" }))
    .node("two", write({ to: "two.txt", text: two }))
    .node("readsTwo", read({ from: "two.txt" }))
    .node("three", write({ to: "three.txt", text: three }))
    .node("readsThree", read({ from: "three.txt" }));
}

const FILES = { "base.txt": "base", "one.txt": "1", "two.txt": "2", "three.txt": "3" };

/** The second writes a file of its own, whatever the first one wrote. */
function twoWriters(on: ReturnType<typeof fileStage>) {
  return (text: string) =>
    flow("main")
      .node("w", on.write({ to: "w.txt", text }))
      .node("v", on.write({ to: "v.txt", text: "v" }));
}

describe("the files of a re-run", () => {
  it("are those of the earlier run, when nothing is executed (D-23)", async () => {
    const on = fileStage();
    await on.run(writers(on));
    expect(await on.files()).toEqual(FILES);
    for (const of of ["r", "r2", "r3"]) {
      const { executed, plan, runId } = await on.rerun(writers(on), { of });
      expect([executed, planned(plan, "reuse").length]).toEqual([[], 6]);
      expect(await on.files(runId)).toEqual(FILES);
    }
  });

  it("are, at its start in the middle, those that the node before left", async () => {
    const on = fileStage();
    await on.run(writers(on));
    const start = (await on.plan(writers(on), { from: "main.two" })).rerun.start?.commit;
    const left = (await on.events()).flatMap((event) => (event.type === "node.completed" && event.outcome ? [event.outcome.commit] : []));
    expect(start).toBe(left[0]);
    const { executed, runId } = await on.rerun(writers(on, { two: "zwei" }), { from: "main.two" });
    expect(executed).toEqual(["main.readsThree", "main.readsTwo", "main.three", "main.two"]);
    expect(await on.files(runId)).toEqual({ ...FILES, "two.txt": "zwei" });
  });

  it("have from its start on nothing of what came after it in the earlier run", async () => {
    const on = fileStage();
    await on.run(writers(on));
    const definition = flow("main")
      .node("one", on.write({ to: "one.txt", text: "1" }))
      .node("readsOne", on.read({ from: "three.txt" }));
    const { result, runId } = await on.rerun(definition, { from: "main.readsOne", allow: { removed: true } });
    expect(result).toMatchObject({ readsOne: { value: "nothing" } });
    expect(await on.files(runId)).toEqual({ "base.txt": "base", "one.txt": "1" });
  });

  it("that an earlier node changes are seen by all that look at them, and named by the plan", async () => {
    const on = fileStage();
    await on.run(writers(on));
    const { executed, plan, runId } = await on.rerun(writers(on, { one: "eins" }));
    expect(reason(plan, "main.one")).toBe('settings.text: "1" → "eins"');
    expect(executed).toEqual(sorted(["one", "readsOne", "two", "readsTwo", "three", "readsThree"].map((id) => `main.${id}`)));
    expect(await on.files(runId)).toEqual({ ...FILES, "one.txt": "eins" });
  });

  it("are found again by those who look at them, when a writer writes what it wrote", async () => {
    const on = fileStage();
    await on.run(writers(on));
    const { executed, runId } = await on.rerun(writers(on), { reask: ["main.one"] });
    expect(executed).toEqual(["main.one"]);
    expect(await on.files(runId)).toEqual(FILES);
  });

  it("are no reason for those who do not look at them", async () => {
    const on = fileStage();
    const definition = (text: string) =>
      flow("main")
        .node("w", on.write({ to: "w.txt", text }))
        .node("s", on.say({ text: "said" }))
        .node("t", on.say({ text: "$expr{$hier{w}.value}" }));
    await on.run(definition("1"));
    const { executed, runId } = await on.rerun(definition("2"));
    expect(executed).toEqual(["main.w"]);
    expect(await on.files(runId)).toEqual({ "base.txt": "base", "w.txt": "2" });
  });

  it("are named as the reason, with what they were", async () => {
    const on = fileStage();
    const definition = (id: "w" | "v") =>
      flow("main")
        .node(id, on.write({ to: `${id}.txt`, text: id }))
        .node("r", on.read({ from: "w.txt" }));
    await on.run(definition("w"));
    const given = { allow: { removed: true } };
    const { plan, result } = await on.rerun(definition("v"), given);
    expect(planned(plan, "decided at run time")).toEqual(["main.r"]);
    expect(result).toMatchObject({ r: { value: "nothing" } });
    const without = flow("main").node("r", on.read({ from: "w.txt" }));
    expect(reason(await on.plan(without, given), "main.r")).toMatch(/^workspace: ".+" → ".+"$/);
  });
});

/** Two branches that write different files at the same time, then a reader. */
function beside({ write, read }: On, left = "l", right = "r"): FlowDefinition {
  return flow("main")
    .parallel("both", {
      left: flow("left").node("w", write({ to: "left.txt", text: left })),
      right: flow("right").node("w", write({ to: "right.txt", text: right })),
    })
    .node("r", read({ from: "right.txt" }));
}

describe("files that are written at the same time", () => {
  it("are all there when nothing is executed", async () => {
    const on = fileStage();
    await on.run(beside(on));
    const { executed, runId } = await on.rerun(beside(on));
    expect(executed).toEqual([]);
    expect(await on.files(runId)).toEqual({ "base.txt": "base", "left.txt": "l", "right.txt": "r" });
  });

  it.each([
    ["main.both.left", "both.left.w"],
    ["main.both.right", "both.right.w"],
  ])("are brought by the branch that is reused, and made by the other: %s", async (from, executedWriter) => {
    const on = fileStage();
    await on.run(beside(on));
    const { executed, reused, runId, error } = await on.rerun(beside(on), { from });
    expect(error).toBeUndefined();
    expect(executed).toEqual(sorted([`main.${executedWriter}`, "main.r"]));
    expect(reused).toHaveLength(1);
    expect(await on.files(runId)).toEqual({ "base.txt": "base", "left.txt": "l", "right.txt": "r" });
    const again = await on.rerun(beside(on), { of: runId });
    expect(again.executed).toEqual([]);
    expect(await on.files(again.runId)).toEqual(await on.files(runId));
  });

  it("are changed where their writer is, and kept where it is not", async () => {
    const on = fileStage();
    await on.run(beside(on));
    const one = await on.rerun(beside(on, "links", "r"));
    expect(one.executed).toContain("main.both.left.w");
    expect(await on.files(one.runId)).toEqual({ "base.txt": "base", "left.txt": "links", "right.txt": "r" });
    const two = await on.rerun(beside(on, "l", "rechts"));
    expect(two.executed).toContain("main.both.right.w");
    expect(two.result).toMatchObject({ r: { value: "rechts" } });
    expect(await on.files(two.runId)).toEqual({ "base.txt": "base", "left.txt": "l", "right.txt": "rechts" });
  });

  it("are all there after a chain of re-runs of single branches", async () => {
    const on = fileStage();
    await on.run(beside(on));
    await on.rerun(beside(on, "links"), { from: "main.both.left" });
    await on.rerun(beside(on, "links", "rechts"), { of: "r2", from: "main.both.right" });
    expect(await on.files("r3")).toEqual({ "base.txt": "base", "left.txt": "links", "right.txt": "rechts" });
    const { executed, runId } = await on.rerun(beside(on, "links", "rechts"), { of: "r3" });
    expect(executed).toEqual([]);
    expect(await on.files(runId)).toEqual(await on.files("r3"));
  });
});

describe("files that a loop writes, several at a time", () => {
  it("are found as they were, in re-run after re-run, also where an item ended before one that began before it", async () => {
    const on = fileStage();
    const body = flow("item").node("w", on.late({ item: "$var{item}" }));
    const definition = flow("main").map("each", { items: ["a", "b", "c"], concurrency: 2, body });
    await on.run(definition);
    for (const of of ["r", "r2", "r3"]) expect((await on.rerun(definition, { of })).executed).toEqual([]);
  });
});

describe("a writer that is reused after one that is executed", () => {
  it("and sees files that are others is executed, too", async () => {
    const on = fileStage();
    const definition = twoWriters(on);
    await on.run(definition("1"));
    const { executed, runId } = await on.rerun(definition("2"));
    expect(executed).toEqual(["main.v", "main.w"]);
    expect(await on.files(runId)).toEqual({ "base.txt": "base", "w.txt": "2", "v.txt": "v" });
  });

  it("and is pinned brings its files", async () => {
    const on = fileStage();
    const definition = twoWriters(on);
    await on.run(definition("1"));
    const { executed, runId } = await on.rerun(definition("2"), { pin: ["main.v"] });
    expect(executed).toEqual(["main.w"]);
    expect(await on.files(runId)).toEqual({ "base.txt": "base", "w.txt": "2", "v.txt": "v" });
  });

  it("and is pinned does not say what files are there, where that is not known before", async () => {
    const on = fileStage();
    const definition = (text: string) => twoWriters(on)(text).node("r", on.read({ from: "w.txt" }));
    await on.run(definition("1"));
    const { plan, executed } = await on.rerun(definition("2"), { pin: ["main.v"] });
    expect(plan.nodes.map(({ decision }) => decision)).toEqual(["execute", "reuse", "decided at run time"]);
    expect(executed).toEqual(["main.r", "main.w"]);
  });

  it("and whose files do not go together with those that are there fails, and says where", async () => {
    const on = fileStage();
    const definition = (text: string) =>
      flow("main")
        .node("w", on.write({ to: "same.txt", text }))
        .node("v", on.write({ to: "same.txt", text: "v" }));
    await on.run(definition("1"));
    const { error } = await on.rerun(definition("2"), { pin: ["main.v"] });
    expect(JSON.stringify(error)).toMatch(/OUTCOME_CONFLICT.*same\.txt/);
  });
});

describe("a writer that failed after it had written", () => {
  it("is executed again on the files that it had found", async () => {
    const on = fileStage();
    const definition = (onFailure: "continue" | "fail") =>
      flow("main")
        .node("one", on.write({ to: "one.txt", text: "1" }))
        .node("bad", on.write({ to: "bad.txt", text: "fail" }), { onFailure })
        .node("two", on.write({ to: "two.txt", text: "2" }));
    await on.run(definition("continue"));
    expect(await on.files()).toEqual({ "base.txt": "base", "one.txt": "1", "bad.txt": "fail", "two.txt": "2" });
    const { executed, runId } = await on.rerun(definition("continue"));
    expect(executed).toEqual(["main.bad"]);
    expect(await on.files(runId)).toEqual(await on.files());
    const from = await on.rerun(definition("continue"), { from: "main.two", allow: { failed: true } });
    expect(from.executed).toEqual(["main.two"]);
    expect(await on.files(from.runId)).toEqual(await on.files());
  });
});

describe("a re-run that was stopped and goes on", () => {
  it("has the files of what it reused and of what it executed", async () => {
    const on = fileStage();
    await on.run(beside(on));
    const stop = new AbortController();
    on.on("wait", (context) => {
      stop.abort(new Error("stopped"));
      return untilAborted(context);
    });
    const waiting = () => {
      const before = beside(on, "links") as ReturnType<typeof flow>;
      return before.node("wait", on.step({ value: 1 })).node("late", on.write({ to: "late.txt", text: "late" }));
    };
    const stopped = await on.rerun(waiting(), { from: "main.both.left", signal: stop.signal });
    expect(stopped.executed).toEqual(["main.both.left.w", "main.r", "main.wait"]);
    on.on("wait", () => undefined);
    const { executed } = await on.resumeRerun(waiting(), "r2");
    expect(executed).toEqual(["main.late", "main.wait"]);
    expect(await on.files("r2")).toEqual({ "base.txt": "base", "left.txt": "links", "right.txt": "r", "late.txt": "late" });
    const again = await on.rerun(waiting(), { of: "r2" });
    expect(again.executed).toEqual([]);
    expect(await on.files(again.runId)).toEqual(await on.files("r2"));
  });
});

describe("a writer in a loop", () => {
  it("belongs to its place: what moved is written anew", async () => {
    const on = fileStage();
    const definition = (items: readonly string[]) =>
      flow("main").forEach("loop", { items: [...items], body: flow("b").node("w", on.write({ to: "$var{item}.txt", text: "$var{item}" })) });
    await on.run(definition(["x", "y"]));
    expect((await on.rerun(definition(["x", "y"]))).executed).toEqual([]);
    const { runId } = await on.rerun(definition(["y", "x"]));
    expect(await on.files(runId)).toEqual({ "base.txt": "base", "x.txt": "x", "y.txt": "y" });
    const fewer = await on.rerun(definition(["x"]));
    expect(fewer.executed).toEqual([]);
    expect(await on.files(fewer.runId)).toEqual({ "base.txt": "base", "x.txt": "x" });
  });
});

describe("what moved to the place of a node that changed files", () => {
  it("brings no files of that", async () => {
    const on = fileStage();
    const nothing = (text: string) => ({ to: "", text });
    const definition = (items: readonly { to: string; text: string }[]) =>
      flow("main").forEach("each", { items: [...items], body: flow("b").node("w", on.write({ to: "$expr{item.to}", text: "$expr{item.text}" })) });
    await on.run(definition([nothing("a"), { to: "b.txt", text: "b" }]));
    const { executed, reused, runId } = await on.rerun(definition([nothing("c"), nothing("a")]));
    expect({ executed, reused }).toEqual({ executed: ["main.each.iter_0.w"], reused: ["main.each.iter_1.w"] });
    expect(await on.files(runId)).toEqual({ "base.txt": "base" });
  });
});
