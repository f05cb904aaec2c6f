import { flow } from "@dad/agent";
import { z } from "zod";
import { describe, expect, it } from "vitest";
import { stage } from "./testing-run.ts";
import { waitingStage } from "./testing-waiting.ts";

function closing(name: string, log: string[]): AsyncDisposable {
  return { [Symbol.asyncDispose]: async () => void log.push(name) };
}

describe("what an attempt uses until its end", () => {
  it.each(["completes", "fails"])("is disposed of when it %s, the last first", async (how) => {
    const { step, on, run } = stage();
    const log: string[] = [];
    on("work", ({ use }) => {
      use(closing("first", log));
      use(closing("last", log));
      if (how === "fails") throw new Error("broken");
      return log.length;
    });
    await run(flow("main").node("work", step({}))).catch(() => undefined);
    expect(log).toEqual(["last", "first"]);
  });

  it("is disposed of when the run is parked, and is another one when it goes on", async () => {
    const { step, on, run, resume, answer } = waitingStage();
    const log: string[] = [];
    on("ask", async ({ use, input, attempt }) => {
      use(closing(`of attempt ${attempt}`, log));
      return await input({ key: "go", schema: z.boolean(), prompt: "Go on?" });
    });
    const definition = flow("main").node("ask", step({}));
    await expect(run(definition)).rejects.toMatchObject({ code: "RUN_WAITING" });
    expect(log).toEqual(["of attempt 1"]);
    await answer("main.ask:go", true);
    await resume(definition);
    expect(log).toEqual(["of attempt 1", "of attempt 2"]);
  });

  it("fails the attempt when it cannot be disposed of, once the others are", async () => {
    const { step, on, run, events } = stage();
    const log: string[] = [];
    on("work", ({ use }) => {
      use(closing("other", log));
      use({ [Symbol.asyncDispose]: () => Promise.reject(new Error("stuck")) });
      return null;
    });
    await expect(run(flow("main").node("work", step({})))).rejects.toThrow("stuck");
    expect([log, (await events()).some(({ type }) => type === "node.failed")]).toEqual([["other"], true]);
  });
});
