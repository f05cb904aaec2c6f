import { flow } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { asking, waitingRerunStage, waitingStage } from "../testing-waiting.ts";

const BOTH = ["requested main.review:approve", "answered main.review:approve"];

describe("a static input for a request", () => {
  it("answers it, by path or unique id, in one iteration or all, and after what is in the inbox", async () => {
    const { step, on, run, answer, inputs } = waitingStage();
    on("review", asking("approve"));
    const definition = flow("main").node("review", step({}));
    expect(await run(definition, { inputs: { "review:approve": true } })).toEqual({ review: { value: true } });
    expect(await inputs()).toEqual(BOTH);
    await answer("main.each.iter_2.review:approve", true, { runId: "two" });
    const body = flow("body").node("review", step({}));
    const loop = flow("main").map("each", { items: [0, 1, 2], concurrency: 3, body });
    const given = { "main.each.iter_*.review:approve": false, "main.each.iter_1.review:approve": true };
    expect(await run(loop, { as: "two", inputs: given })).toEqual({ each: [false, true, true].map((value) => ({ review: { value } })) });
  });

  it("is refused before anything runs for an element that is not there, and when it is asked for one that does not fit", async () => {
    const { step, on, run, executed } = waitingStage();
    on("review", asking("approve"));
    const definition = flow("main").node("review", step({}));
    const wrong = run(definition, { as: "one", inputs: { "main.revew:approve": true, "review:a b": 1 } });
    await expect(wrong).rejects.toMatchObject({
      code: "STATIC_INPUT_INVALID",
      message: expect.stringMatching(/main\.review.*\n.*no key of a question/s) as string,
    });
    expect(executed).toEqual([]);
    await expect(run(definition, { as: "two", inputs: { "main.review:approve": "yes" } })).rejects.toMatchObject({
      cause: { code: "INPUT_INVALID", message: expect.stringContaining("its static input to main.review:approve does not fit") as string },
    });
  });

  it("is carried to re-runs, executes its node again when it is another one, and comes before the answer of the run before", async () => {
    const { step, on, run, rerun, answer, events } = waitingRerunStage();
    on("review", asking("approve"));
    const definition = flow("main").node("review", step({}));
    await answer("main.review:approve", true);
    await run(definition);
    const given = await rerun(definition, { as: "given", inputs: { "main.review:approve": false } });
    expect(given).toMatchObject({ executed: ["main.review"], result: { review: { value: false } } });
    expect((await events("given")).filter(({ type }) => type === "input.answered")).toMatchObject([{ by: { channel: "static" }, value: false }]);
    expect(await rerun(definition, { of: "given", as: "same" })).toMatchObject({ reused: ["main.review"], result: { review: { value: false } } });
  });
});
