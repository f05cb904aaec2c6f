import { flow } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { question, waitingStage } from "../testing-waiting.ts";

const definitionOf = ({ step }: Pick<ReturnType<typeof waitingStage>, "step">) => flow("main").node("ask", step({}));

describe("what a node asks", () => {
  it("has a number of its own for each of several questions under one key, also when they are asked at once", async () => {
    const stage = waitingStage();
    stage.on(
      "ask",
      async ({ input }) => await Promise.all([input(question("same", { prompt: "First?" })), input(question("same", { prompt: "Second?" }))]),
    );
    const definition = definitionOf(stage);
    await expect(stage.run(definition)).rejects.toMatchObject({ requests: ["main.ask:same", "main.ask:same@2"] });
    await stage.answer("main.ask:same@2", false);
    await stage.answer("main.ask:same", true);
    expect(await stage.resume(definition)).toEqual({ ask: { value: [true, false] } });
  });

  it("is asked once where it is the same twice", async () => {
    const stage = waitingStage();
    stage.on("ask", async ({ input }) => await Promise.all([input(question("same")), input(question("same"))]));
    const definition = definitionOf(stage);
    await expect(stage.run(definition)).rejects.toMatchObject({ requests: ["main.ask:same"] });
    await stage.answer("main.ask:same", true);
    expect(await stage.resume(definition)).toEqual({ ask: { value: [true, true] } });
  });

  it.each([
    ["a value", z.boolean(), ["yes"]],
    ["an item of a list", z.array(z.int()).min(2), [1, "two"]],
  ])("has no choice that nobody could give: %s", async (_what, schema, choices) => {
    const stage = waitingStage();
    stage.on("ask", ({ input }) => input({ key: "k", prompt: "?", schema, choices: choices as never }) as never);
    await expect(stage.run(definitionOf(stage))).rejects.toMatchObject({
      code: "NODE_FAILED",
      message: expect.stringContaining("has a choice that its schema does not take") as string,
    });
  });
});
