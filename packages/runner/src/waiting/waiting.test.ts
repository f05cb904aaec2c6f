import { flow } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { asking, waitingStage } from "../testing-waiting.ts";

describe("a node that asks", () => {
  it("is given the answer of a handler, and the run goes on", async () => {
    const { step, on, run, ports, types } = waitingStage();
    on("review", asking("approve"));
    ports.events.handleInput(({ key }) => key === "approve");
    expect(await run(flow("main").node("review", step({})))).toEqual({ review: { value: true } });
    expect(await types("input.")).toEqual(["input.requested", "input.answered"]);
  });

  it("parks the run when nobody answers, which goes on when somebody has", async () => {
    const { step, on, run, resume, answer, executed, details, types } = waitingStage();
    const definition = flow("main")
      .node("before", step({ value: 1 }))
      .node("review", step({}))
      .node("after", step({ value: 2 }));
    on("review", asking("approve"));
    await expect(run(definition)).rejects.toMatchObject({ code: "RUN_WAITING", requests: ["main.review:approve"] });
    const waiting = await details();
    expect(waiting).toMatchObject({ status: "waiting", endedAt: null, requests: [{ id: "main.review:approve", prompt: "Go on?" }] });
    expect(waiting.nodes.map(({ path, status }) => [path, status])).toEqual([
      ["main.before", "completed"],
      ["main.review", "waiting"],
    ]);
    await answer("main.review:approve", true);
    expect(await resume(definition)).toEqual({ before: { value: 1 }, review: { value: true }, after: { value: 2 } });
    expect(executed).toEqual(["main.before 1", "main.review 1", "main.review 2", "main.after 1"]);
    expect(await details()).toMatchObject({ status: "completed" });
    expect(await details()).not.toHaveProperty("requests");
    expect(await types("node.parked", "component.", "run.", "input.")).toEqual([
      "run.started",
      "component.started",
      "input.requested",
      "node.parked",
      "component.parked",
      "run.parked",
      "run.resumed",
      "input.answered",
      "component.completed",
      "run.completed",
    ]);
  });

  it("takes an answer that was there before the question", async () => {
    const { step, on, run, answer, executed } = waitingStage();
    on("review", asking("approve"));
    await answer("main.review:approve", false);
    expect(await run(flow("main").node("review", step({})))).toEqual({ review: { value: false } });
    expect(executed).toEqual(["main.review 1"]);
  });

  it("takes an answer while something else goes on, without being executed again", async () => {
    const { step, on, run, answer, executed } = waitingStage();
    on("ask", asking("approve"));
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    on("work", async () => {
      await asked;
      return "done";
    });
    void (async () => {
      for (;;) {
        await new Promise(setImmediate);
        if (executed.includes("main.both.a.ask 1")) break;
      }
      await answer("main.both.a.ask:approve", true);
    })();
    on("after", () => {
      resolve();
      return "after";
    });
    const definition = flow("main").parallel("both", {
      a: flow("a").node("ask", step({})).node("after", step({})),
      b: flow("b").node("work", step({})),
    });
    expect(await run(definition)).toEqual({ both: { a: { ask: { value: true }, after: { value: "after" } }, b: { work: { value: "done" } } } });
  });

  it("does nothing twice that is a step", async () => {
    const { step, on, run, resume, answer } = waitingStage();
    const done: string[] = [];
    on("review", async (context) => {
      const draft = await context.step("draft", () => {
        done.push("draft");
        return { text: "a plan", by: "model" };
      });
      const approved = await context.input({ key: "approve", schema: z.boolean(), prompt: `Do ${draft.text}?` });
      return { draft, approved };
    });
    const definition = flow("main").node("review", step({}));
    await expect(run(definition)).rejects.toMatchObject({ code: "RUN_WAITING" });
    await answer("main.review:approve", true);
    expect(await resume(definition)).toEqual({ review: { value: { draft: { text: "a plan", by: "model" }, approved: true } } });
    expect(done).toEqual(["draft"]);
  });
});
