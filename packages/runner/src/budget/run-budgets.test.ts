import { agent, defineNode, flow } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import { digestOfJson, errorEnvelope, type ErrorEnvelope, type RecordedEvent } from "@dad/protocol";
import { budget, ModelError, type ModelResource } from "@dad/resources";
import { withPolicies } from "@dad/resources/policies";
import { scriptedModel } from "@dad/resources/scripted";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { failing, inFakeTime, stage, untilAborted } from "../testing-run.ts";
import { ask, paidModel, portsWith } from "../testing-models.ts";

async function failure(work: Promise<unknown>): Promise<ErrorEnvelope> {
  return await work.then(() => expect.fail("it completed"), errorEnvelope);
}

function codesOf(error: ErrorEnvelope | undefined): string[] {
  return error ? [error.code, ...codesOf(error.cause)] : [];
}

const budgetNews = (events: readonly RecordedEvent[]) =>
  events.flatMap((event) =>
    event.type === "budget.warned" || event.type === "budget.exhausted" ? [`${event.type} ${event.scope} ${event.unit} ${event.spent}`] : [],
  );

const usages = (events: readonly RecordedEvent[]) =>
  events.flatMap((event) => ("usage" in event && (event.type === "node.completed" || event.type === "node.failed") ? [event.usage] : []));

/** `a` to `e` ask one after the other. */
function asking(model: ModelResource | (() => ModelResource), names = ["a", "b", "c", "d", "e"]) {
  const staged = stage({ ports: portsWith(model) });
  for (const name of names) staged.on(name, ask);
  return staged;
}

describe("what a model uses", () => {
  it("is counted by itself, as one call unless the model says how many", async () => {
    const { step, run, events, details } = asking(paidModel({ uses: (call) => (call === 1 ? {} : { calls: 3, usd: null }) }).model);
    await run(flow("main").node("a", step({})).node("b", step({})));
    expect(usages(await events())).toEqual([
      { calls: 1, inputTokens: 0, outputTokens: 1, costUsd: 0.01 },
      { calls: 3, inputTokens: 0, outputTokens: 1, costUsd: null },
    ]);
    expect((await details()).usage).toMatchObject({ calls: 4, outputTokens: 2, costUsd: null });
  });

  it("is counted of a model that a function gives, of one that meters itself and of a call that failed, each once", async () => {
    const counted = async (model: ModelResource | (() => ModelResource)) => {
      const { step, run, details } = asking(model);
      await run(flow("main").node("a", step({}), { retry: { attempts: 2, delayMs: 0 } }));
      return (await details()).usage;
    };
    const failsOnce = { uses: (call: number) => ({ fails: call === 1 }) };
    const twice = { calls: 2, inputTokens: 0, outputTokens: 2, costUsd: 0.02 };
    expect(await counted(() => paidModel(failsOnce).model)).toEqual(twice);
    expect(await counted(paidModel(failsOnce).model)).toEqual(twice);
    const patient = () => withPolicies(paidModel(failsOnce).model, { retry: { attempts: 2, delayMs: 0 } });
    // What cannot be read, a model says to be worth another attempt: here its own policy tries it.
    expect(await counted(patient())).toMatchObject({ calls: 2, outputTokens: 2 });
  });

  it("is told apart when nobody knows it, and counts against a budget all the same", async () => {
    const broken: ModelResource = { ...paidModel().model, generate: () => Promise.reject(new Error("broken")) };
    const { step, run, details } = asking(broken);
    await run(flow("main").node("a", step({}), { onFailure: "continue" }), { budget: { calls: 5, usd: 1 } });
    const { usage, budget } = await details();
    expect(usage).toMatchObject({ calls: 1, outputTokens: 0, costUsd: 0, forfeited: { calls: 1, usd: 0.01 } });
    expect(budget).toEqual([
      { scope: "run", unit: "usd", limit: 1, spent: 0.01 },
      { scope: "run", unit: "calls", limit: 5, spent: 1 },
    ]);
  });

  it("is what was paid, and once, of a model that stands in for a recording", async () => {
    const busy = new ModelError("MODEL_UNAVAILABLE", "it is busy", { retryable: true, details: { status: 503 } });
    const model = withPolicies(scriptedModel([busy]), { retry: { attempts: 1 }, fallbacks: [paidModel().model] });
    const { step, run, details } = asking(model);
    await run(flow("main").node("a", step({})));
    expect((await details()).usage).toEqual({ calls: 1, inputTokens: 0, outputTokens: 1, costUsd: 0.01 });
  });

  it("is told of what models do on their way", async () => {
    const down: ModelResource = { ...paidModel({ uses: () => ({ fails: true }) }).model, modelId: "down" };
    const model = withPolicies({ ...down, generate: unavailable }, { retry: { attempts: 2, delayMs: 0 }, fallbacks: [paidModel().model] });
    const staged = asking(model);
    const told: string[] = [];
    staged.ports.events.subscribe("model.retried", ({ path, model: which }) => void told.push(`${path} retries ${which}`));
    await staged.run(flow("main").node("a", staged.step({})));
    expect(told).toEqual(["main.a retries test/down"]);
    expect((await staged.events()).find(({ type }) => type === "model.replaced")).toMatchObject({
      path: "main.a",
      model: "test/down",
      by: "test/paid",
    });
  });
});

async function unavailable(): Promise<never> {
  throw new ModelError("MODEL_UNAVAILABLE", "it is down", { retryable: true, details: { status: 503 } });
}

describe("the budget of a run", () => {
  it("ends the run when it is exhausted, whatever policies and blocks say, and lets what cleans up run", async () => {
    const { model, calls } = paidModel();
    const { step, run, executed, events, details } = asking(model);
    const tolerant = { onFailure: "continue", retry: { attempts: 5, delayMs: 0, on: "any" } } as const;
    const body = flow("body").node("a", step({}), tolerant).node("b", step({}), tolerant).node("c", step({}), tolerant);
    const main = agent("main").try("careful", { body, catch: flow("handler").node("h", step({})), finally: flow("cleanup").node("clean", step({})) });
    expect(codesOf(await failure(run(main, { budget: { calls: 2 } })))).toEqual(["NODE_FAILED", "BUDGET_EXHAUSTED"]);
    expect(calls).toHaveLength(2);
    expect(executed).toEqual(["main.careful.try.a 1", "main.careful.try.b 1", "main.careful.try.c 1", "main.careful.finally.clean 1"]);
    expect(budgetNews(await events())).toEqual(["budget.warned run calls 2", "budget.exhausted run calls 2"]);
    const run1 = await details();
    expect([run1.status, run1.budget, codesOf(run1.error)]).toEqual([
      "failed",
      [{ scope: "run", unit: "calls", limit: 2, spent: 2 }],
      ["NODE_FAILED", "BUDGET_EXHAUSTED"],
    ]);
  });

  it("fails a node that makes something else of the refusal", async () => {
    const { step, on, run } = asking(paidModel().model, ["a"]);
    on("b", async (context) => await ask(context).catch(() => "I can do without"));
    const error = await failure(run(flow("main").node("a", step({})).node("b", step({})), { budget: { calls: 1 } }));
    expect(codesOf(error)).toEqual(["NODE_FAILED", "BUDGET_EXHAUSTED"]);
  });

  it("lets a run with more of it go on where it ended, and pays for nothing twice", async () => {
    const { model, calls } = paidModel();
    const { step, on, run, resume, details, events, executed } = asking(model, ["a", "b"]);
    on("steps", async (context) => {
      for (const name of ["one", "two", "three"]) await context.step(name, async () => (await ask(context)) ?? null);
      return undefined;
    });
    const main = flow("main").node("a", step({})).node("steps", step({})).node("b", step({}));
    await failure(run(main, { budget: { calls: 3, tokens: 10_000 } }));
    expect(await failure(resume(main))).toMatchObject({
      code: "RUN_BUDGET_SPENT",
      message:
        "the budget of run r is spent, and it would end again at once: 3 of 3 calls are spent, and the next call may need 1. Give it more (dad resume r --budget calls=6)",
    });
    expect(await failure(resume(main, { budget: { calls: 3 } }))).toMatchObject({ code: "RUN_BUDGET_SPENT" });
    const other = await failure(resume(main, { budget: { tokens: null, timeMs: 60_000 } }));
    expect(other).toMatchObject({ message: expect.stringContaining("(dad resume r --budget calls=6,tokens=none,time=60s)") });
    await resume(main, { budget: { calls: 5 } });
    expect(calls).toHaveLength(5);
    expect(executed).toEqual(["main.a 1", "main.steps 1", "main.steps 2", "main.b 1"]);
    const steps = (await events()).flatMap((event) => (event.type === "step.completed" ? [event.usage?.calls] : []));
    expect(steps).toEqual([1, 1, 1]);
    const { status, usage, budget } = await details();
    expect([status, usage.calls, budget]).toEqual([
      "completed",
      5,
      [
        { scope: "run", unit: "tokens", limit: 10_000, spent: 5 },
        { scope: "run", unit: "calls", limit: 5, spent: 5 },
      ],
    ]);
  });

  it("is spent as well when the call does not fit that ended the run", async () => {
    const { model, calls } = paidModel({ uses: () => ({ tokens: 60 }) });
    const { step, run, resume } = asking(model);
    const main = flow("main").node("a", step({})).node("b", step({}));
    await failure(run(main, { budget: { tokens: 70 } }));
    expect([calls.length, await failure(resume(main))]).toMatchObject([
      1,
      { code: "RUN_BUDGET_SPENT", details: { levels: [{ unit: "tokens", spent: 60, limit: 70 }] } },
    ]);
    await resume(main, { budget: { tokens: 200 } });
    expect(calls).toHaveLength(2);
  });

  it("stays when a run is resumed without another one, and a limit can be taken away", async () => {
    const { step, on, run, resume, details } = asking(paidModel().model);
    on("f", failing(2));
    const main = flow("main").node("a", step({})).node("f", step({})).node("b", step({})).node("c", step({}));
    await failure(run(main, { budget: { calls: 2 } }));
    await failure(resume(main));
    expect(codesOf(await failure(resume(main)))).toContain("BUDGET_EXHAUSTED");
    await resume(main, { budget: { calls: null } });
    const { status, budget } = await details();
    expect([status, budget]).toEqual(["completed", undefined]);
  });

  it("is known to be known only in part when a call does not say what it cost, and holds no run then", async () => {
    const { step, run, resume, details } = asking(paidModel({ uses: () => ({ usd: null }) }).model);
    const main = flow("main").node("a", step({})).node("b", step({}));
    expect(codesOf(await failure(run(main, { budget: { usd: 1 } })))).toContain("BUDGET_EXHAUSTED");
    expect((await details()).budget).toEqual([{ scope: "run", unit: "usd", limit: 1, spent: 0, isPart: true }]);
    expect(await failure(resume(main, { budget: { usd: 5 } }))).toMatchObject({
      code: "RUN_BUDGET_SPENT",
      message: expect.stringContaining("--budget usd=none") as string,
    });
    await resume(main, { budget: { usd: null } });
  });

  it("counts also what a node says that it used elsewhere", async () => {
    const { model, calls } = paidModel();
    const { step, on, run } = asking(model);
    on("f", ({ addUsage }) => {
      addUsage({ calls: 2, inputTokens: 0, outputTokens: 0, costUsd: 0 });
      return undefined;
    });
    const main = flow("main").node("f", step({})).node("a", step({})).node("b", step({}));
    expect(codesOf(await failure(run(main, { budget: { calls: 3 } })))).toContain("BUDGET_EXHAUSTED");
    expect(calls).toHaveLength(1);
  });

  it("is not passed by nodes that ask at once", async () => {
    const { model, calls } = paidModel();
    const { step, on, run } = asking(model);
    on("ask", ask);
    const main = flow("main").map("each", {
      items: Array.from({ length: 30 }, (_, at) => at),
      concurrency: 30,
      body: flow("one").node("ask", step({})),
    });
    await failure(run(main, { budget: { usd: 0.1 } }));
    expect(calls).toHaveLength(10);
  });

  it("refuses models without a price, before anything runs where that can be known", async () => {
    const { model, calls } = paidModel({ priced: false });
    const { step, run, executed, ports } = asking(model);
    const needing = defineNode({
      type: "needing",
      version: "1",
      effect: "pure",
      settings: z.object({ model: z.string() }),
      output: z.null(),
      needs: ({ model = "" }) => [{ kind: "model", id: model }],
      execute: () => null,
    });
    const main = flow("main")
      .node("a", needing({ model: "m" }))
      .component("in", flow("in").node("b", needing({ model: "m" })));
    expect(await failure(run(main, { budget: { usd: 1 } }))).toMatchObject({
      code: "PRICE_UNKNOWN",
      details: { unknown: [{ path: "main.a", id: "m", scope: "run" }, { path: "main.in.b" }] },
    });
    await stage({ ports }).run(flow("main").node("a", needing({ model: "m" })), { as: "free", budget: { tokens: 1_000 } });
    const strict = flow("main").component("in", flow("in", { budget: { usd: 1 } }).node("b", needing({ model: "m" })));
    expect(await failure(stage({ ports }).run(strict, { as: "strict" }))).toMatchObject({ details: { unknown: [{ scope: "main.in" }] } });
    expect(executed).toEqual([]);
    const late = await failure(asking(model).run(flow("main").node("a", step({})), { budget: { usd: 1 } }));
    expect([codesOf(late), calls.length]).toEqual([["NODE_FAILED", "PRICE_UNKNOWN"], 0]);
  });

  it("of a profile is that of all its runs, and each of them is told", async () => {
    const { model, calls } = paidModel();
    const ports = portsWith(model, { calls: 3 });
    const [first, second] = [stage({ ports }), stage({ ports })];
    for (const staged of [first, second]) for (const name of ["a", "b"]) staged.on(name, ask);
    const main = flow("main").node("a", first.step({})).node("b", first.step({}), { onFailure: "continue" });
    await first.run(main, { as: "one" });
    const error = await failure(first.run(main, { as: "two" }));
    expect([codesOf(error), calls.length]).toEqual([["NODE_FAILED", "BUDGET_EXHAUSTED"], 3]);
    expect(budgetNews(await first.events("two"))).toEqual(["budget.warned profile default calls 3", "budget.exhausted profile default calls 3"]);
  });
});

describe("the budget of a component", () => {
  it("is one for all that is in it, in each iteration anew, and its end can be handled", async () => {
    const { model, calls } = paidModel();
    const { step, on, run, executed, events } = asking(model);
    on("ask", ask);
    const one = flow("one", { budget: { calls: 2 } })
      .node("ask", step({}))
      .node("ask2", step({}), { retry: { attempts: 9, delayMs: 0, on: "any" } })
      .node("ask3", step({}), { onFailure: { fallback: { value: "enough" } } });
    on("ask2", ask);
    on("ask3", ask);
    const main = agent("main").forEach("each", { items: [1, 2], body: one });
    const given = await run(main);
    expect(given["each"]).toMatchObject([{ ask3: { value: "enough" } }, { ask3: { value: "enough" } }]);
    expect([calls.length, executed.length]).toEqual([4, 6]);
    expect(budgetNews(await events())).toEqual([
      "budget.warned main.each.iter_0 calls 2",
      "budget.exhausted main.each.iter_0 calls 2",
      "budget.warned main.each.iter_1 calls 2",
      "budget.exhausted main.each.iter_1 calls 2",
    ]);
  });

  it("is not that of the run, also where the component is called run", async () => {
    const { step, run, events, details } = asking(paidModel().model);
    const main = flow("run", { budget: { calls: 1 } })
      .node("a", step({}))
      .node("b", step({}), { onFailure: "continue" });
    await run(main);
    expect((await details()).status).toBe("completed");
    expect(budgetNews(await events())).toEqual(["budget.warned component run calls 1", "budget.exhausted component run calls 1"]);
  });

  it("counts what was used before the run was resumed", async () => {
    const { model, calls } = paidModel();
    const { step, on, run, resume } = asking(model);
    on("f", failing(1));
    const main = agent("main").component(
      "in",
      flow("in", { budget: { calls: 2 } })
        .node("a", step({}))
        .node("f", step({}))
        .node("b", step({}))
        .node("c", step({})),
    );
    await failure(run(main));
    expect(codesOf(await failure(resume(main)))).toEqual(["NODE_FAILED", "BUDGET_EXHAUSTED"]);
    expect(calls).toHaveLength(2);
  });
});

describe("the budget of a node", () => {
  it("is one for all of its attempts, and no attempt follows the one that exhausts it", async () => {
    const { model, calls } = paidModel({ uses: () => ({ fails: true }) });
    const { step, run, executed } = asking(model);
    const main = flow("main").node("a", step({}), { budget: { calls: 2 }, retry: { attempts: 9, delayMs: 0, on: "any" }, onFailure: "continue" });
    expect(await run(main, { budget: { calls: 100 } })).toEqual({ a: null });
    expect([calls.length, executed.length]).toEqual([2, 3]);
  });

  it("is refused with what is wrong, and is no part of what a definition is called", () => {
    const { step } = stage();
    expect(() => flow("main").node("a", step({}), { budget: { call: 1 } as never })).toThrow(/budget/);
    expect(() => flow("main", { budget: { tokens: -1 } })).toThrow(/flow "main" cannot have this budget/);
    expect(digestOfJson(JSON.parse(JSON.stringify(flow("main", { budget: { calls: 1 } }).budget)))).toBe(digestOfJson({ calls: 1 }));
  });
});

/** Runs whose attempts, waits and budgets all have the same fake time. */
async function timed(
  work: (staged: ReturnType<typeof stage>, clock: Parameters<Parameters<typeof inFakeTime>[0]>[0]) => Promise<void>,
): Promise<void> {
  await inFakeTime((clock) => work(stage({ clock: { ...clock, now: () => clock.now() }, engine: inlineEngine({ clock }) }), clock));
}

describe("the time of a run", () => {
  it("ends whatever goes on at once when it is up, as failed, and cleans up", async () => {
    await timed(async ({ step, on, run, details, executed }) => {
      const reasons: unknown[] = [];
      on("hangs", (context) => untilAborted(context).finally(() => reasons.push(context.signal.reason)));
      const body = flow("body").node("hangs", step({}));
      const main = agent("main").try("careful", {
        body,
        catch: flow("h").node("x", step({})),
        finally: flow("cleanup").node("clean", step({})),
      });
      expect(codesOf(await failure(run(main, { budget: { timeMs: 60_000 } })))).toEqual(["NODE_FAILED", "BUDGET_EXHAUSTED"]);
      expect(reasons).toMatchObject([{ code: "BUDGET_EXHAUSTED" }]);
      expect(executed.at(-1)).toBe("main.careful.finally.clean 1");
      const { nodes, status } = await details();
      const error = { code: "BUDGET_EXHAUSTED", details: { scope: "run", unit: "timeMs", limit: 60_000 } };
      expect([status, nodes.find(({ path }) => path.endsWith("hangs"))]).toMatchObject(["failed", { status: "failed", error }]);
    });
  });

  it("leaves a node behind that does not heed that it is up", async () => {
    await timed(async ({ step, on, run, details }) => {
      on("deaf", () => new Promise(() => undefined));
      expect(codesOf(await failure(run(flow("main").node("deaf", step({})), { budget: { timeMs: 60_000 } })))).toContain("BUDGET_EXHAUSTED");
      expect((await details()).nodes).toMatchObject([{ path: "main.deaf", status: "failed", error: { code: "BUDGET_EXHAUSTED" } }]);
    });
  });

  it("passes no more once the run is over, also with a node that never ends", async () => {
    await timed(async ({ step, on, run, ports }, clock) => {
      const shared = budget({ limits: { timeMs: 600_000 }, scope: "profile default", clock });
      Object.assign(ports, { resources: { ...ports.resources, budget: shared } });
      const controller = new AbortController();
      on("deaf", () => {
        controller.abort(new Error("enough"));
        return new Promise(() => undefined);
      });
      const left = run(flow("main").node("deaf", step({})), { budget: { timeMs: 60_000 }, signal: controller.signal });
      expect(codesOf(await failure(left))).toContain("ATTEMPT_ABANDONED");
      expect([clock.pending(), shared.levels()]).toMatchObject([0, [{ spent: 5_000 }]]);
    });
  });

  it("begins no node when it is up, and lets a cleanup go on that passes it", async () => {
    await timed(async ({ step, on, run, executed }, clock) => {
      on("slow", async () => {
        await new Promise<void>((resolve) => void clock.after(70_000, resolve));
        return "done";
      });
      const cleans = agent("main").try("t", { body: flow("body").node("x", step({})), finally: flow("cleanup").node("slow", step({})) });
      expect(await run(cleans, { as: "cleans", budget: { timeMs: 60_000 } })).toMatchObject({ t: { finally: { slow: { value: "done" } } } });
      const late = flow("main").node("x", step({})).node("late", step({}), { sleepBeforeMs: 70_000, onFailure: "continue" });
      expect(codesOf(await failure(run(late, { as: "late", budget: { timeMs: 60_000 } })))).toContain("BUDGET_EXHAUSTED");
      expect(executed.filter((one) => one.includes("late"))).toEqual([]);
    });
  });

  it("of a component ends what is in it, which can be handled", async () => {
    await timed(async ({ step, on, run }) => {
      on("hangs", untilAborted);
      const main = agent("main").try("t", {
        body: flow("body", { budget: { timeMs: 1_000 } }).node("hangs", step({})),
        catch: flow("h").node("x", step({ value: 1 })),
      });
      expect(await run(main)).toMatchObject({ t: { catch: { x: { value: 1 } } } });
    });
  });

  it("does not pass while somebody is asked", async () => {
    await timed(async ({ step, on, run, ports }, clock) => {
      ports.events.handleInput(async () => {
        await new Promise<void>((resolve) => void clock.after(500_000, resolve));
        return true;
      });
      on("asks", async (context) => await context.input({ key: "ok", prompt: "ok?", schema: z.boolean() }));
      expect(await run(flow("main").node("asks", step({})), { budget: { timeMs: 60_000 } })).toMatchObject({ asks: { value: true } });
    });
  });
});
