import { flow } from "@dad/agent";
import { DadError } from "@dad/protocol";
import { scriptedModel } from "@dad/resources/scripted";
import { describe, expect, it } from "vitest";
import type { TestNodeContext } from "./replaced-nodes.ts";
import { testAgent } from "./test-agent.ts";
import { ask, echo, pay, write } from "./testing-nodes.ts";

/** Fails at its first attempt. */
const failingOnce = ({ attempt }: TestNodeContext) => {
  if (attempt === 1) throw new DadError("BROKEN", "it was to fail once");
  return { value: "at last" };
};

describe("a run that is resumed", () => {
  const definition = flow("main")
    .node("write", write({ path: "a.txt", content: "a" }))
    .node("ask", ask({ prompt: "?" }))
    .node("fragile", echo({ value: "never" }))
    .node("use", ({ ask: asked }) => ask({ prompt: `Again: ${asked.text}` }));
  const options = () => ({ models: { writer: scriptedModel(["yes", "still"]) }, nodes: { "main.fragile": failingOnce } });

  it("goes on where it failed, with what it had given and written", async () => {
    const test = testAgent(definition, options());
    const failed = await test.run();
    failed.expectFailed("BROKEN");
    const run = await test.resume();
    expect(run.expectCompleted()).toMatchObject({ ask: { text: "yes" }, fragile: { value: "at last" }, use: { text: "still" } });
    expect(run.node("main.fragile")).toMatchObject({ attempts: 2, outcome: { value: "at last" } });
    expect(run.node("main.ask")).toMatchObject({ attempts: 1, settings: { prompt: "?" }, outcome: { text: "yes" } });
    expect(run.files).toEqual({ "a.txt": "a" });
    expect(run.expectCompleted().write.directory).toBe(
      failed
        .node("main.write")
        .artifact("outcome")
        .text()
        .match(/\/[^"]+/)?.[0],
    );
  });

  it("tells only of this time what was executed, told and asked, and what became of all", async () => {
    const test = testAgent(definition, options());
    const failed = await test.run();
    const run = await test.resume();
    expect([failed.executed, run.executed]).toEqual([
      ["main.write", "main.ask", "main.fragile"],
      ["main.fragile", "main.use"],
    ]);
    expect([failed.requests("writer").length, run.requests("writer").length]).toEqual([1, 1]);
    expect(run.events[0]).toMatchObject({ type: "run.resumed", from: "failed" });
    expect([failed.nodes.length, run.nodes.length]).toEqual([3, 4]);
    expect(failed.status).toBe("failed");
  });

  it("is told what is to be assumed of a node that was cancelled, and asks when it is not", async () => {
    const payment = flow("main").node("pay", pay({ account: "Ada" }));
    const controller = new AbortController();
    const test = testAgent(payment, {
      nodes: {
        "main.pay": (context) => {
          controller.abort();
          return context.untilAborted();
        },
      },
    });
    expect((await test.run({ signal: controller.signal })).status).toBe("cancelled");
    await expect(test.resume()).rejects.toMatchObject({ code: "NODE_OUTCOME_UNKNOWN" });
    const run = await test.resume({ assume: { "main.pay": { done: true, value: { receipt: "paid" } } } });
    expect(run.expectCompleted().pay.receipt).toBe("paid");
    expect(run.executed).toEqual([]);
  });

  it("was not completed, and was run", async () => {
    const test = testAgent(flow("main").node("a", echo({ value: 1 })));
    await expect(test.resume()).rejects.toThrow(TypeError);
    const first = test.run();
    await expect(test.run()).rejects.toThrow(TypeError);
    await first;
    await expect(test.run()).rejects.toThrow("this test had its run: resume that, or make another test");
    await expect(test.resume()).rejects.toMatchObject({ code: "RUN_COMPLETED" });
  });
});
