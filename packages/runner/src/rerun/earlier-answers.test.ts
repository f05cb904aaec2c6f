import { flow } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { asking, question, waitingRerunStage } from "../testing-waiting.ts";

const REQUEST = "main.review:approve";
const BOTH = [`requested ${REQUEST}`, `answered ${REQUEST}`];

/** A run in which somebody approved. */
async function approved() {
  const on = waitingRerunStage();
  const made = (value: number) =>
    flow("main")
      .node("review", on.step({ value }))
      .node("last", on.step({ value: 1 }));
  on.on("review", asking("approve"));
  await on.answer(REQUEST, true);
  await on.run(made(1));
  return { ...on, made, prompt: (prompt: string) => on.on("review", asking("approve", { prompt })) };
}

describe("what the run before was answered", () => {
  it("is the answer to the same question, on record with where it was given", async () => {
    const { rerun, made, inputs, events } = await approved();
    expect(await rerun(made(2))).toMatchObject({ executed: ["main.review"], result: { review: { value: true } } });
    expect(await inputs("r2")).toEqual(BOTH);
    const { seq } = (await events()).find(({ type }) => type === "input.answered") ?? { seq: 0 };
    expect((await events("r2")).filter(({ type }) => type === "input.answered")).toMatchObject([
      { value: true, by: { channel: "cli", who: "ada" }, origin: { runId: "r", seq } },
    ]);
  });

  it("is none to another question, and to one that is asked anew, when it or what it is in is named, or nothing is reused", async () => {
    const { rerun, made, prompt, inputs } = await approved();
    for (const given of [{ reask: ["main.review"] }, { reask: ["main"] }, { reuse: false }]) {
      const { runId, error } = await rerun(made(1), given);
      expect(error).toMatchObject({ code: "RUN_WAITING" });
      expect(await inputs(runId)).toEqual([`requested ${REQUEST}`]);
    }
    prompt("Really?");
    expect((await rerun(made(2))).error).toMatchObject({ code: "RUN_WAITING" });
  });

  it("is reused also where the re-run starts at the node, and found by prompt where a node asked several under one key", async () => {
    const { rerun, made, on, run, answer, step } = await approved();
    expect(await rerun(made(1), { from: "main.review" })).toMatchObject({ executed: ["main.last", "main.review"], error: undefined });
    on("twice", async ({ input, attempt }) => {
      const ask = (prompt: string) => input(question("approve", { prompt }));
      return attempt === 1 && (await ask("one?")) ? await ask("two?") : false;
    });
    const twice = (value: number) => flow("main").node("twice", step({ value }));
    await answer("main.twice:approve", true, { runId: "base" });
    await answer("main.twice:approve@2", true, { runId: "base" });
    await run(twice(1), { as: "base" });
    on("twice", asking("approve", { prompt: "two?" }));
    expect(await rerun(twice(2), { of: "base" })).toMatchObject({ result: { twice: { value: true } } });
  });

  it("is found through re-runs that only reused its node, and says who gave it", async () => {
    const { rerun, made, inputs, events } = await approved();
    expect(await rerun(made(1), { as: "reused" })).toMatchObject({ reused: ["main.last", "main.review"] });
    expect(await inputs("reused")).toEqual(BOTH);
    expect(await rerun(made(2), { of: "reused", as: "again" })).toMatchObject({ executed: ["main.review"], result: { review: { value: true } } });
    expect((await events("again")).filter(({ type }) => type === "input.answered")).toMatchObject([
      { by: { who: "ada" }, origin: { runId: "reused" } },
    ]);
  });

  it("comes after an answer that was posted for the re-run itself", async () => {
    const { rerun, made, answer } = await approved();
    await answer(REQUEST, false, { runId: "r2" });
    expect(await rerun(made(2), { as: "r2" })).toMatchObject({ result: { review: { value: false } } });
  });

  it("is what a replay goes by, whatever else there is; another question is none that it knows", async () => {
    const { rerun, made, answer, prompt } = await approved();
    await answer(REQUEST, false, { runId: "replayed" });
    expect(await rerun(made(1), { replay: true, as: "replayed" })).toMatchObject({ error: undefined, result: { review: { value: true } } });
    prompt("Really?");
    expect(await rerun(made(1), { replay: true })).toMatchObject({ error: { code: "NODE_FAILED", cause: { code: "REPLAY_DIVERGED" } } });
  });

  it("belongs to a place: what moved in a list is reused with it, and what is executed is asked by its place", async () => {
    const { step, on, run, rerun, answer } = waitingRerunStage();
    on("ask", asking("approve"));
    const made = (items: readonly number[]) =>
      flow("main").map("each", { items: [...items], concurrency: 1, body: flow("body").node("ask", step({ value: "$var{item}" as never })) });
    await answer("main.each.iter_0.ask:approve", true);
    await answer("main.each.iter_1.ask:approve", false);
    await run(made([1, 2]));
    const moved = await rerun(made([2, 1]));
    expect(moved).toMatchObject({ executed: [], result: { each: [{ ask: { value: false } }, { ask: { value: true } }] } });
    expect(await rerun(made([3]))).toMatchObject({ executed: ["main.each.iter_0.ask"], result: { each: [{ ask: { value: true } }] } });
  });

  it("is no reason by itself: a plan says what else differs, and that other answers were given", async () => {
    const { step, run, plan, answer } = waitingRerunStage();
    const made = (value: number) => flow("main").node("ask", step({ value }), { input: "required" });
    await answer("main.ask:input", { value: 1 });
    await run(made(1));
    const becauseOf = async (value: number, inputs = {}) => (await plan(made(value), { inputs })).nodes[0]?.because.map(({ component }) => component);
    expect(await becauseOf(2)).toEqual(["settings.value"]);
    expect(await becauseOf(1, { ask: { value: 2 } })).toEqual(["static"]);
    expect(await becauseOf(1, { "ask:other": 1 })).toEqual(["answers"]);
  });
});
