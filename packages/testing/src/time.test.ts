import { flow } from "@dad/agent";
import { systemClock } from "@dad/engine";
import { fakeClock } from "@dad/engine/fake-clock";
import { DadError } from "@dad/protocol";
import { scriptedModel } from "@dad/resources/scripted";
import { describe, expect, it } from "vitest";
import type { TestNodeContext } from "./replaced-nodes.ts";
import { testAgent } from "./test-agent.ts";
import { ask, echo } from "./testing-nodes.ts";

const HOUR_MS = 3_600_000;

describe("the time of a test", () => {
  it("passes by itself for retries and sleeps, as long as they say", async () => {
    const clock = fakeClock();
    const times: number[] = [];
    const unsteady = ({ attempt }: TestNodeContext) => {
      times.push(clock.now());
      if (attempt < 4) throw new DadError("BROKEN", "not yet");
      return { value: attempt };
    };
    const retry = { attempts: 4, delayMs: HOUR_MS, maxDelayMs: 100 * HOUR_MS, jitter: 0, on: "any" as const };
    const definition = flow("main").node("work", echo({ value: 0 }), { retry, sleepBeforeMs: 24 * HOUR_MS, sleepAfterMs: HOUR_MS });
    const run = await testAgent(definition, { clock, nodes: { "main.work": unsteady } }).run();
    expect(run.expectCompleted()).toEqual({ work: { value: 4 } });
    expect(run.node("main.work").attempts).toBe(4);
    expect(times.map((time) => time / HOUR_MS)).toEqual([24, 25, 27, 31]);
    expect(clock.now()).toBe(32 * HOUR_MS);
  });

  it("passes while a node waits to be aborted, and while the answer of a scripted model does not come", async () => {
    const definition = flow("main")
      .node("waits", echo({ value: 0 }), { timeoutMs: HOUR_MS, onFailure: "continue" })
      .node("asks", ask({ prompt: "?" }), { timeoutMs: HOUR_MS, onFailure: "continue" });
    const run = await testAgent(definition, {
      models: { writer: scriptedModel(() => new Promise(() => {})) },
      nodes: { "main.waits": (context) => context.untilAborted() },
    }).run();
    run.expectCompleted();
    expect(run.nodes.map(({ error }) => error?.code)).toEqual(["NODE_TIMEOUT", "NODE_TIMEOUT"]);
  });

  it("may be that of this machine", async () => {
    const definition = flow("main").node("a", echo({ value: 1 }), { sleepBeforeMs: 1 });
    const run = await testAgent(definition, { clock: systemClock() }).run();
    expect(run.expectCompleted()).toEqual({ a: { value: 1 } });
  });
});
