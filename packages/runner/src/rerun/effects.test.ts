import { defineNode, flow } from "@dad/agent";
import { DadError, Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { cutAfter } from "../testing-crash.ts";
import { rerunStage, type StagedRerun } from "../testing-rerun.ts";

type On = ReturnType<typeof rerunStage>;

/** Two effects that follow from one value, one of them in a loop. */
const sending = ({ step, effect }: On, value = 1) =>
  flow("main")
    .node("a", step({ value }))
    .node("send", effect({ value: "$expr{$hier{a}.value}" }))
    .forEach("loop", { items: [1, 2], body: flow("b").node("tell", effect({ value: "$expr{$hier{a}.value + item}" })) });

const SEND = "main.send";
const TELLS = ["main.loop.iter_0.tell", "main.loop.iter_1.tell"];

function codeOf(error: unknown): string {
  return error instanceof DadError ? error.code : String(error);
}

async function blocked(given: StagedRerun, value = 1): Promise<readonly string[]> {
  const on = rerunStage();
  await on.run(sending(on));
  const { problems } = await on.plan(sending(on, value), given);
  expect(problems.every(({ kind }) => kind === "effect")).toBe(true);
  const before = await on.runs();
  const end = await on.rerun(sending(on, value), given).then(({ error }) => error ?? "made", codeOf);
  expect(end).toBe(problems.length > 0 ? "RERUN_REFUSED" : "made");
  expect((await on.runs()).length).toBe(before.length + (problems.length > 0 ? 0 : 1));
  return problems.map(({ path }) => path);
}

describe("an effectful node that did its work", () => {
  it.each<[string, StagedRerun, readonly string[]]>([
    ["after a start", { from: "main.a" }, [SEND, ...TELLS]],
    ["after a start that is one itself", { from: SEND }, TELLS],
    ["in an iteration after a start that is one", { from: "main.loop.iter_0.tell" }, ["main.loop.iter_1.tell"]],
    ["in what is asked for", { reask: ["main.loop"] }, TELLS],
    ["after what is asked for", { reask: ["main.a"] }, [SEND, ...TELLS]],
    ["when nothing is reused", { reuse: false }, [SEND, ...TELLS]],
  ])("is not done again %s", async (_name, given, paths) => {
    expect(await blocked(given)).toEqual(paths);
  });

  it("is not done again when it is not known yet what it is told", async () => {
    expect(await blocked({}, 2)).toEqual([SEND, ...TELLS]);
  });

  it.each<[string, StagedRerun]>([
    ["nothing is changed", {}],
    ["it is the start, and nothing comes after it", { from: "main.loop.iter_1.tell" }],
    ["it is asked for", { reask: [SEND] }],
    ["all of its iterations are asked for", { reask: ["main.loop.iter_*.tell"] }],
    ["it is set", { set: { [SEND]: { value: 7 } } }],
    ["all of its iterations are set", { set: { "main.loop.iter_*.tell": { value: 7 } } }],
    ["all effects are allowed", { from: "main.a", allow: { effects: true } }],
    ["each is allowed", { from: "main.a", allow: { effects: [SEND, ...TELLS] } }],
    ["what they are in is allowed", { from: "main.a", allow: { effects: [SEND, "main.loop"] } }],
    ["every iteration is allowed", { from: "main.a", allow: { effects: [SEND, "main.loop.iter_*.tell"] } }],
  ])("is no problem when %s", async (_name, given) => {
    expect(await blocked(given)).toEqual([]);
  });

  it("is refused where only others are allowed", async () => {
    expect(await blocked({ from: "main.a", allow: { effects: [SEND] } })).toEqual(TELLS);
    expect(await blocked({ from: "main.a", allow: { effects: ["main.loop.iter_1"] } })).toEqual([SEND, "main.loop.iter_0.tell"]);
  });

  it("is not meant by what an earlier re-run set", async () => {
    const on = rerunStage();
    await on.run(sending(on));
    await on.rerun(sending(on), { set: { [SEND]: { value: 7 } } });
    const { problems } = await on.plan(sending(on), { of: "r2", from: "main.a" });
    expect(problems.map(({ path }) => path)).toEqual([SEND, ...TELLS]);
  });

  it("is not done again when nobody knows whether it did its work", async () => {
    const whole = rerunStage();
    await whole.run(sending(whole));
    const record = await whole.events();
    const begun = record.findIndex((event) => event.type === "node.started" && event.path === SEND) + 1;
    const on = rerunStage({ ports: await cutAfter(record, begun) });
    const { problems } = await on.plan(sending(on), { allow: { unfinished: true } });
    expect(problems.map(({ kind, path }) => `${kind} ${path}`)).toEqual([`effect ${SEND}`]);
  });

  it("is done when it had failed", async () => {
    const on = rerunStage();
    on.on("send", () => {
      throw new Error("broken");
    });
    await on.run(sending(on)).catch(() => undefined);
    on.on("send", () => undefined);
    expect((await on.rerun(sending(on))).executed).toEqual([...TELLS, SEND]);
  });
});

describe("a node that only changes files", () => {
  it("is done again without a question, since that repeats nothing", async () => {
    const on = rerunStage();
    const write = defineNode({
      type: "write",
      version: "1",
      effect: "effectful",
      workspace: "confined",
      settings: z.object({ value: Json }),
      output: z.object({ value: Json }),
      execute: (_context, { settings: { value } }) => ({ value }),
    });
    const definition = (value: number) =>
      flow("main")
        .node("a", on.step({ value }))
        .node("write", write({ value: "$expr{$hier{a}.value}" }));
    await on.run(definition(1));
    expect((await on.plan(definition(1), { from: "main.a" })).problems).toEqual([]);
    expect((await on.rerun(definition(2))).result).toMatchObject({ write: { value: 2 } });
  });
});

describe("a path of an allowance, a pin or what is asked for", () => {
  it.each<[string, StagedRerun]>([
    ["an effect", { allow: { effects: ["main.nope"] } }],
    ["an effect by its id", { allow: { effects: ["send"] } }],
    ["what is asked for", { reask: ["main.nope"] }],
    ["a pin", { pin: ["main.nope"] }],
    ["a pin by its id", { pin: ["tell"] }],
    ["an empty one", { reask: [""] }],
  ])("that means nothing is refused: %s", async (_name, given) => {
    const on = rerunStage();
    await on.run(sending(on));
    const before = await on.runs();
    await expect(on.rerun(sending(on), given)).rejects.toMatchObject({ code: "RERUN_PATH_INVALID" });
    expect(await on.runs()).toEqual(before);
  });
});

describe("an effectful node that is pinned", () => {
  it("is reused after a start, as the plan says, though it is not known before what it would be told", async () => {
    const on = rerunStage();
    const definition = (value: number) =>
      flow("main")
        .node("a", on.step({ value }))
        .node("b", on.effect({ value: "$expr{$hier{a}.value}" }))
        .node("c", on.step({ value: "$expr{$hier{b}.value}" }));
    await on.run(definition(1));
    const { plan, executed, result } = await on.rerun(definition(2), { from: "main.a", pin: ["main.b"] });
    expect(plan.nodes.map(({ decision }) => decision)).toEqual(["execute", "reuse", "execute"]);
    expect([executed, result]).toEqual([["main.a", "main.c"], { a: { value: 2 }, b: { value: 1 }, c: { value: 1 } }]);
  });
});
