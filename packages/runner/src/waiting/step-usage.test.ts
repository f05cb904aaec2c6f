import { flow } from "@dad/agent";
import { NO_USAGE } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { failing, stage } from "../testing-run.ts";

const tokens = (inputTokens: number) => ({ ...NO_USAGE, inputTokens });

describe("what a step uses", () => {
  it("is recorded with it, also when several are done at once and in one another, and once in the total of the attempt", async () => {
    const { step, on, run, events } = stage();
    on("ask", async (context) => {
      const done = Promise.withResolvers<void>();
      const first = context.step("first", async () => {
        context.addUsage(tokens(1));
        await done.promise;
        context.addUsage(tokens(2));
        return null;
      });
      await context.step("second", async () => {
        context.addUsage(tokens(10));
        await context.step("inner", () => (context.addUsage(tokens(20)), null));
        context.addUsage(tokens(30));
        return null;
      });
      done.resolve();
      await first;
      await context.step("free", () => null);
      context.addUsage(tokens(100));
      return undefined;
    });
    await run(flow("main").node("ask", step({})));
    const record = await events();
    const steps = record.flatMap((event) => (event.type === "step.completed" ? [[event.name, event.usage?.inputTokens]] : []));
    expect(Object.fromEntries(steps)).toEqual({ first: 3, second: 40, inner: 20, free: undefined });
    expect(record.find(({ type }) => type === "node.completed")).toMatchObject({ usage: tokens(163) });
  });

  it("is not counted again where the step is reused", async () => {
    const { step, on, run, events } = stage();
    const fail = failing(1, { retryable: true });
    on("ask", async (context) => {
      await context.step("paid", () => (context.addUsage(tokens(5)), null));
      return await fail(context);
    });
    await run(flow("main").node("ask", step({}), { retry: { attempts: 2, delayMs: 0 } }));
    const record = await events();
    const ends = record.flatMap((event) => (event.type === "node.failed" || event.type === "node.completed" ? [event.usage?.inputTokens] : []));
    expect([ends, record.filter(({ type }) => type === "step.completed").length]).toEqual([[5, undefined], 1]);
  });
});
