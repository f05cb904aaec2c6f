import { defineNode, flow, type NodeContext } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import { memoryOutcomeRepository } from "@dad/outcome/memory";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { memoryPorts } from "../testing-ports.ts";
import { asking, question, waitingStage } from "../testing-waiting.ts";

const ask = (context: NodeContext) => context.input({ key: "approve", schema: z.boolean(), prompt: "Go on?" });

describe("a node that the run does not wait for any more", () => {
  it("lets others change files when it is parked in its turn, and has it again when it goes on", async () => {
    const { run, resume, answer } = waitingStage({ ports: { ...memoryPorts(), outcomes: memoryOutcomeRepository() } });
    let wentOn = 0;
    const changing = defineNode({
      type: "changing",
      version: "1",
      effect: "pure",
      workspace: "writes",
      settings: z.object({}),
      output: z.boolean(),
      execute: async (context) => context.exclusively(() => ask(context)).finally(() => (wentOn += 1)),
    });
    const definition = flow("main").node("ask", changing({}));
    await expect(run(definition)).rejects.toMatchObject({ code: "RUN_WAITING" });
    expect(wentOn).toBe(0);
    await answer("main.ask:approve", true);
    expect(await resume(definition)).toEqual({ ask: true });
    expect(wentOn).toBe(1);
  });

  it("asks nobody once it was told to end", async () => {
    const { step, on, run, ports, inputs } = waitingStage();
    const cancelled = new AbortController();
    const asked: string[] = [];
    on("ask", (context) => ask(context).catch(() => asking("more")(context)));
    ports.events.handleInput(({ key }) => {
      asked.push(key);
      cancelled.abort(new Error("enough"));
      return new Promise<never>(() => undefined);
    });
    await expect(run(flow("main").node("ask", step({})), { signal: cancelled.signal })).rejects.toThrow("enough");
    expect(asked).toEqual(["approve"]);
    expect(await inputs()).toEqual(["requested main.ask:approve"]);
  });

  it("leaves no question open that it needed no more before that was on record", async () => {
    const { step, on, run, inputs } = waitingStage();
    on("ask", async ({ input }) => {
      const unwanted = new AbortController();
      const asked = input(question("approve"), { signal: unwanted.signal }).catch(() => null);
      unwanted.abort();
      return await asked;
    });
    await run(flow("main").node("ask", step({})));
    expect(await inputs()).toEqual(["requested main.ask:approve", "cancelled main.ask:approve"]);
  });

  it("records no step that it comes to the end of after it was abandoned", async () => {
    const { step, on, run, events } = waitingStage({ engine: inlineEngine({ graceMs: 5 }) });
    const late = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<unknown>();
    on("deaf", async (context) => {
      context.step("late", () => late.promise).catch(ended.resolve);
      return new Promise<never>(() => undefined);
    });
    on("after", async () => {
      late.resolve();
      return { code: ((await ended.promise) as { code: string }).code };
    });
    const definition = flow("main").node("deaf", step({}), { timeoutMs: 5, onFailure: "continue" }).node("after", step({}));
    expect(await run(definition)).toMatchObject({ after: { value: { code: "ATTEMPT_ABANDONED" } } });
    expect((await events()).map(({ type }) => type)).not.toContain("step.completed");
  });
});
