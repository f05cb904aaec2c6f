import { defineNode, flow } from "@dad/agent";
import { Json } from "@dad/protocol";
import { staticResourceRegistry } from "@dad/resources/static";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { memoryPorts } from "../testing-ports.ts";
import { planned, rerunStage } from "../testing-rerun.ts";
import { failing } from "../testing-run.ts";

type On = ReturnType<typeof rerunStage>;

const capabilities = { structuredOutput: true, recorded: false, streaming: false, tools: false, files: false };
const model = { provider: "p", modelId: "m", capabilities, generate: () => Promise.reject(new Error("nobody asks")) };

function replayStage(): On {
  const resources = staticResourceRegistry({ profiles: { default: { models: { m: model } } } }).profile();
  return rerunStage({ ports: { ...memoryPorts(), resources } });
}

/** A node that asks a model; what that says is another text each time. */
function askNode({ attempts }: On) {
  return defineNode({
    type: "ask",
    version: "1",
    effect: "pure",
    settings: z.object({ prompt: z.string() }),
    output: z.object({ value: Json }),
    needs: () => [{ kind: "model", id: "m" }],
    execute({ path, attempt, run }, { settings: { prompt } }) {
      attempts.push({ runId: run.runId, path, attempt });
      return { value: `answer ${attempts.length} to ${prompt}` };
    },
  });
}

function asking(on: On, { prompt = "why", word = "of" } = {}) {
  const ask = askNode(on);
  return flow("main")
    .node("read", on.step({ value: "the file" }))
    .node("ask", ask({ prompt: `${prompt} $expr{$hier{read}.value}` }))
    .node("fold", on.step({ value: `${word} $expr{$hier{ask}.value}` }))
    .node("send", on.effect({ value: "$expr{$hier{fold}.value}" }))
    .node("last", on.step({ value: "$expr{$hier{send}.value}" }));
}

describe("a replay", () => {
  it("executes the code of the agent, gives what came from outside from the record, and gives the same", async () => {
    const on = replayStage();
    const before = await on.run(asking(on));
    const { executed, reused, result, error } = await on.rerun(asking(on), { replay: true });
    expect(error).toBeUndefined();
    expect(executed).toEqual(["main.fold", "main.last", "main.read"]);
    expect(reused).toEqual(["main.ask", "main.send"]);
    expect(result).toEqual(before);
  });

  it("is planned so", async () => {
    const on = replayStage();
    await on.run(asking(on));
    const plan = await on.plan(asking(on), { replay: true });
    expect(planned(plan, "execute")).toEqual(["main.fold", "main.last", "main.read"]);
    expect(planned(plan, "reuse")).toEqual(["main.ask", "main.send"]);
    expect(plan.problems).toEqual([]);
  });

  it("can be replayed again", async () => {
    const on = replayStage();
    const before = await on.run(asking(on));
    await on.rerun(asking(on), { replay: true });
    expect((await on.rerun(asking(on), { of: "r2", replay: true })).result).toEqual(before);
  });

  it("fails at the first node that is told something else, and names what", async () => {
    const on = replayStage();
    await on.run(asking(on));
    const { error, executed } = await on.rerun(asking(on, { prompt: "how", word: "on" }), { replay: true });
    expect(error).toMatchObject({ code: "NODE_FAILED", cause: { code: "REPLAY_DIVERGED", details: { path: "main.ask" } } });
    const [first] = (error?.cause?.details?.["because"] ?? []) as { component: string; before: Json; after: Json }[];
    expect(first).toMatchObject({ component: "settings.prompt", before: "why the file", after: "how the file" });
    expect(executed).toEqual(["main.read"]);
  });

  it("fails at the first node whose code gives something else", async () => {
    const on = replayStage();
    await on.run(asking(on));
    on.on("read", () => "another file");
    const { error, executed } = await on.rerun(asking(on), { replay: true });
    expect(error?.cause).toMatchObject({ code: "REPLAY_DIVERGED", details: { path: "main.read" } });
    const [first] = (error?.cause?.details?.["because"] ?? []) as { component: string; before: Json; after: Json }[];
    expect(first).toMatchObject({ component: "outcome", before: { value: "the file" }, after: { value: "another file" } });
    expect(executed).toEqual(["main.read"]);
  });

  it("fails where the earlier run came to no node", async () => {
    const on = replayStage();
    await on.run(asking(on));
    const { error } = await on.rerun(asking(on).node("more", on.step({ value: 1 })), { replay: true });
    expect(error?.cause).toMatchObject({ code: "REPLAY_DIVERGED", details: { path: "main.more" } });
  });

  it("fails as the earlier run did", async () => {
    const on = replayStage();
    const definition = flow("main")
      .node("send", on.effect({ value: 1 }), { onFailure: "continue" })
      .node("fold", on.step({ value: 2 }));
    for (const name of ["send", "fold"])
      on.on(name, () => {
        throw new Error(`${name} is broken`);
      });
    await on.run(definition).catch(() => undefined);
    const { error, executed } = await on.rerun(definition, { replay: true });
    expect(error).toMatchObject({ code: "NODE_FAILED", cause: { message: "fold is broken" } });
    expect(executed).toEqual(["main.fold"]);
  });

  it("fails where code does that had failed, or fails that had done it", async () => {
    const on = replayStage();
    const definition = flow("main").node("fold", on.step({ value: 2 }), { onFailure: "continue" });
    on.on("fold", () => {
      throw new Error("broken");
    });
    await on.run(definition);
    on.on("fold", () => undefined);
    expect((await on.rerun(definition, { replay: true })).error?.cause).toMatchObject({ code: "REPLAY_DIVERGED" });
  });

  it("is not a node's to handle, nor a try's, when it is none", async () => {
    const on = replayStage();
    const body = flow("b").node("fold", on.step({ value: 1 }), { onFailure: "continue", retry: { attempts: 3, delayMs: 0, on: "any" } });
    const definition = flow("main")
      .try("t", { body, catch: flow("c").node("mend", on.step({ value: 2 })) })
      .node("last", on.step({ value: 3 }));
    await on.run(definition);
    on.on("fold", () => "another");
    const { error, executed } = await on.rerun(definition, { replay: true });
    expect(error?.cause).toMatchObject({ code: "REPLAY_DIVERGED" });
    expect(executed).toEqual(["main.t.try.fold"]);
  });

  it("lets attempts fail that failed before one that did it", async () => {
    const on = replayStage();
    const definition = flow("main").node("fold", on.step({ value: 1 }), { retry: { attempts: 3, delayMs: 0, on: "any" } });
    on.on("fold", failing(1));
    await on.run(definition);
    on.on("fold", failing(1));
    expect((await on.rerun(definition, { replay: true })).error).toBeUndefined();
    on.on("fold", failing(3));
    expect((await on.rerun(definition, { replay: true })).error?.cause).toMatchObject({ code: "REPLAY_DIVERGED" });
  });

  it("speaks of its own run as the earlier one spoke of that", async () => {
    const on = replayStage();
    const definition = flow("main")
      .node("tells", on.step({ value: "$var{runId}\n$var{runDir}" }))
      .node("send", on.effect({ value: "$expr{$hier{tells}.value}" }))
      .node("last", on.step({ value: "$expr{$hier{send}.value}" }));
    await on.run(definition, { as: "run_20260101_000000_aaaaaa" });
    const ids = { of: "run_20260101_000000_aaaaaa", as: "rerun_20260101_000001_bbbbbb" };
    const { error, executed } = await on.rerun(definition, { replay: true, ...ids });
    expect([error, executed]).toEqual([undefined, ["main.last", "main.tells"]]);
  });
});

describe("a replay that does less than the run did", () => {
  it.each<[string, { goes?: boolean; items?: number[] }, string]>([
    ["in another branch", { goes: false }, "main.if.is_true.y"],
    ["in fewer iterations", { items: [1] }, "main.each.iter_1.n"],
  ])("fails, and names what it does not come to: %s", async (_what, { goes = true, items = [1, 2] }, path) => {
    const on = rerunStage();
    const definition = (how: { goes: boolean; items: number[] }) =>
      flow("main")
        .conditional("if", { condition: how.goes, isTrue: flow("yes").node("y", on.effect({ value: 1 })) })
        .forEach("each", { items: how.items, body: flow("b").node("n", on.step({ value: "$var{item}" })) });
    await on.run(definition({ goes: true, items: [1, 2] }));
    expect((await on.rerun(definition({ goes: true, items: [1, 2] }), { replay: true })).error).toBeUndefined();
    const { error } = await on.rerun(definition({ goes, items }), { replay: true });
    expect(error).toMatchObject({ code: "REPLAY_DIVERGED", details: { path } });
  });
});
