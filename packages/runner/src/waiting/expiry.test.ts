import { flow } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { endOf } from "../testing-crash.ts";
import { asking, BEGIN, type question, until, waitingStage } from "../testing-waiting.ts";

const HOUR = 3_600_000;
const REQUEST = "main.ask:approve";

/** A run whose node asks so, and that is parked. */
async function parked(more: Parameters<typeof question>[1]) {
  const on = waitingStage();
  on.on("ask", asking("approve", { expiresIn: "1h", ...more }));
  const definition = flow("main").node("ask", on.step({}));
  await expect(on.run(definition)).rejects.toMatchObject({ code: "RUN_WAITING" });
  return { ...on, again: () => on.resume(definition) };
}

describe("a question that nobody answered in time", () => {
  it.each([
    ["fail", undefined],
    ["deny", false],
    [{ default: true }, true],
  ] as const)("comes to its end at the next resume: %j", async (onTimeout, value) => {
    const { again, clock, inputs } = await parked({ onTimeout });
    clock.set(BEGIN + HOUR);
    const end = value === undefined ? { failed: ["NODE_FAILED", "INPUT_EXPIRED"] } : { gave: { ask: { value } } };
    expect(await endOf(again())).toEqual(end);
    expect(await inputs()).toEqual([`requested ${REQUEST}`, `expired ${REQUEST}`]);
  });

  it("is asked of no handler any more", async () => {
    const { again, clock, ports } = await parked({ onTimeout: "deny" });
    clock.set(BEGIN + HOUR);
    const asked: string[] = [];
    ports.events.handleInput(({ id }) => asked.push(id) > 0);
    expect(await again()).toEqual({ ask: { value: false } });
    expect(asked).toEqual([]);
  });

  it("stays so, whatever the clock says later", async () => {
    const { again, clock, answer, inputs } = await parked({});
    clock.set(BEGIN + 2 * HOUR);
    await expect(again()).rejects.toMatchObject({ cause: { code: "INPUT_EXPIRED" } });
    await expect(answer(REQUEST, true)).rejects.toMatchObject({ code: "INPUT_ANSWERED" });
    clock.set(BEGIN);
    await expect(again()).rejects.toMatchObject({ cause: { code: "INPUT_EXPIRED" } });
    expect(await inputs()).toEqual([`requested ${REQUEST}`, `expired ${REQUEST}`]);
  });

  it("has the answer that was posted in time, however late the run goes on", async () => {
    const { again, clock, answer } = await parked({});
    await answer(REQUEST, true);
    clock.set(BEGIN + 5 * HOUR);
    expect(await again()).toEqual({ ask: { value: true } });
  });

  it("refuses what was posted too late", async () => {
    const { again, clock, answer, inputs } = await parked({ onTimeout: "deny" });
    clock.set(BEGIN + 2 * HOUR);
    await answer(REQUEST, true);
    expect(await again()).toEqual({ ask: { value: false } });
    expect(await inputs()).toEqual([`requested ${REQUEST}`, `rejected ${REQUEST}`, `expired ${REQUEST}`]);
  });

  it("goes on to wait when it says so, which is told once", async () => {
    const { again, clock, answer, inputs } = await parked({ onTimeout: "wait" });
    clock.set(BEGIN + 2 * HOUR);
    for (const _time of [1, 2]) await expect(again()).rejects.toMatchObject({ code: "RUN_WAITING" });
    await answer(REQUEST, true);
    expect(await again()).toEqual({ ask: { value: true } });
    expect(await inputs()).toEqual([`requested ${REQUEST}`, `expired ${REQUEST}`, `answered ${REQUEST}`]);
  });

  it("ends while a handler still thinks", async () => {
    const { on, step, run, ports, clock, inputs } = waitingStage();
    on("ask", asking("approve", { expiresIn: "1h", onTimeout: "deny" }));
    ports.events.handleInput(() => new Promise<never>(() => undefined));
    const running = run(flow("main").node("ask", step({})));
    await until(() => clock.pending() > 0);
    await clock.advance(HOUR);
    expect(await running).toEqual({ ask: { value: false } });
    expect(await inputs()).toEqual([`requested ${REQUEST}`, `expired ${REQUEST}`]);
    expect(clock.pending()).toBe(0);
  });

  it("is noticed when the clock is set forward", async () => {
    const { on, step, run, ports, clock } = waitingStage();
    on("ask", asking("approve", { expiresIn: "7d", onTimeout: "deny" }));
    ports.events.handleInput(() => new Promise<never>(() => undefined));
    const running = run(flow("main").node("ask", step({})));
    await until(() => clock.pending() > 0);
    clock.set(BEGIN + 200 * HOUR);
    await clock.advance(60_000);
    expect(await running).toEqual({ ask: { value: false } });
  });
});

describe("a secret", () => {
  it("is written nowhere, taken from nobody outside, and asked again after a resume", async () => {
    const { on, step, run, resume, ports, events, inbox, answer } = waitingStage();
    on("ask", async ({ input }) => (await input({ key: "approve", schema: z.string(), prompt: "Token?", as: "secret" })).length);
    on("next", asking("more"));
    const definition = flow("main").parallel("both", { a: flow("a").node("ask", step({})), b: flow("b").node("next", step({})) });
    await answer("main.both.a.ask:approve", "posted");
    using _handler = ports.events.handleInput(({ as }) => (as === "secret" ? "s3cr3t" : undefined));
    await expect(run(definition)).rejects.toMatchObject({ code: "RUN_WAITING", requests: ["main.both.b.next:more"] });
    const record = JSON.stringify(await events());
    expect(record).not.toContain("s3cr3t");
    expect(record).toContain("INPUT_SECRET");
    expect(await inbox.pending("r" as never)).toEqual([]);
    await answer("main.both.b.next:more", true);
    expect(await resume(definition)).toEqual({ both: { a: { ask: { value: 6 } }, b: { next: { value: true } } } });
  });
});
