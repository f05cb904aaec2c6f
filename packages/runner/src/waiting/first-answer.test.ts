import { firstAnswer, flow, type NodeContext } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { question, until, waitingStage } from "../testing-waiting.ts";

const WAITING = { code: "RUN_WAITING" };
const [A, B] = ["main.ask:a", "main.ask:b"];

const QUESTIONS = { a: { schema: z.boolean(), prompt: "a?" }, b: { schema: z.string(), prompt: "b?" } };
const either = (context: NodeContext) =>
  firstAnswer(context, QUESTIONS) as Promise<{
    key: string;
    value: never;
  }>;

describe("the first answer of several", () => {
  it("ends the wait, and the others need none any more", async () => {
    const { step, on, run, resume, answer, inputs, executed } = waitingStage();
    on("ask", either);
    const definition = flow("main").node("ask", step({}));
    await expect(run(definition)).rejects.toMatchObject({ ...WAITING, requests: [A, B] });
    await answer(B, "well");
    expect(await resume(definition)).toEqual({ ask: { value: { key: "b", value: "well" } } });
    expect(await inputs()).toEqual([`requested ${A}`, `requested ${B}`, `answered ${B}`, `cancelled ${A}`]);
    expect(executed).toEqual(["main.ask 1", "main.ask 2"]);
  });

  it("is that which was answered first where all are by then, and stays it however often the node is executed", async () => {
    const { step, on, run, resume, answer, inputs } = waitingStage();
    let executions = 0;
    const chosen: string[] = [];
    on("ask", async (context) => {
      const first = await either(context);
      chosen.push(first.key);
      if (++executions === 1) throw new Error("broken");
      if (executions === 2) await context.input(question("more"));
      return first;
    });
    const definition = flow("main").node("ask", step({}), { retry: { attempts: 2, delayMs: 0, on: "any" } });
    await expect(run(definition)).rejects.toMatchObject(WAITING);
    await answer(B, "first");
    await answer(A, true);
    await expect(resume(definition)).rejects.toMatchObject({ ...WAITING, requests: ["main.ask:more"] });
    await answer("main.ask:more", true);
    expect(await resume(definition)).toEqual({ ask: { value: { key: "b", value: "first" } } });
    expect(chosen).toEqual(["b", "b", "b"]);
    expect((await inputs()).filter((event) => event.startsWith("requested"))).toEqual([A, B, "main.ask:more"].map((id) => `requested ${id}`));
  });

  it("is that which is on record first, where nobody had gone on with either", async () => {
    const { step, on, run, answer } = waitingStage();
    on("ask", async (context) => {
      if (context.attempt > 1) return await either(context);
      const { input } = context;
      await Promise.all([input({ key: "a", ...QUESTIONS.a }), input({ key: "b", ...QUESTIONS.b })]);
      throw new Error("broken");
    });
    await answer(B, "first");
    await answer(A, true);
    const definition = flow("main").node("ask", step({}), { retry: { attempts: 2, delayMs: 0, on: "any" } });
    expect(await run(definition)).toEqual({ ask: { value: { key: "b", value: "first" } } });
  });

  it("is an error only when none of them can be answered", async () => {
    const { step, on, run, clock, ports } = waitingStage();
    on("ask", async (context) => {
      const soon = { schema: z.boolean(), prompt: "soon?", expiresIn: "1m" };
      return (await firstAnswer(context, { soon, late: { ...soon, prompt: "late?", expiresIn: "2m" } })) as never;
    });
    ports.events.handleInput(() => new Promise<never>(() => undefined));
    const running = run(flow("main").node("ask", step({})));
    await until(() => clock.pending() === 2);
    void clock.advance(120_000);
    await expect(running).rejects.toMatchObject({ cause: { code: "INPUT_EXPIRED", message: expect.stringContaining("soon") as string } });
  });
});

describe("all answers of several", () => {
  it("are waited for together: it parks once, and goes on when the last one is there", async () => {
    const { step, on, run, resume, answer, types } = waitingStage();
    on("ask", async ({ input }) => await Promise.all(["a", "b"].map((key) => input(question(key)))));
    const definition = flow("main").node("ask", step({}));
    await expect(run(definition)).rejects.toMatchObject({ ...WAITING, requests: [A, B] });
    await answer(A, true);
    await expect(resume(definition)).rejects.toMatchObject({ ...WAITING, requests: [B] });
    await answer(B, false);
    expect(await resume(definition)).toEqual({ ask: { value: [true, false] } });
    expect(await types("node.")).toEqual(["node.started", "node.parked", "node.started", "node.parked", "node.started", "node.completed"]);
  });
});
