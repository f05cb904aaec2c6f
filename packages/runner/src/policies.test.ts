import { defineNode, flow, variable } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { failing, inFakeTime, stage, untilAborted } from "./testing-run.ts";

describe("a node that is retried", () => {
  const retry = { attempts: 3, delayMs: 1000, jitter: 0 };

  it("is executed again until it completes, each time after a longer wait, and each attempt is on record", async () => {
    const waits: number[] = [];
    await inFakeTime(async (clock) => {
      const on = stage({ engine: inlineEngine({ clock }) });
      const fail = failing(2, { retryable: true });
      on.on("work", (context) => {
        waits.push(clock.now());
        return fail(context);
      });
      expect(await on.run(flow("main").node("work", on.step({ value: 1 }), { retry }))).toEqual({ work: { value: 1 } });
      expect(on.executed).toEqual(["main.work 1", "main.work 2", "main.work 3"]);
      const events = await on.events();
      expect(events.filter(({ type }) => type === "node.failed")).toHaveLength(2);
      expect(events.filter(({ type }) => type === "attempt.retried")).toMatchObject([
        { attempt: 1, delayMs: 1000 },
        { attempt: 2, delayMs: 2000 },
      ]);
      expect(await on.details()).toMatchObject({ status: "completed", nodes: [{ status: "completed" }] });
    });
    expect(waits.map((wait) => wait - (waits[0] ?? 0))).toEqual([0, 1000, 3000]);
  });

  it("fails after its last attempt, with why that failed", async () => {
    await inFakeTime(async (clock) => {
      const on = stage({ engine: inlineEngine({ clock }) });
      on.on("work", failing(9, { retryable: true }));
      await expect(on.run(flow("main").node("work", on.step({}), { retry }))).rejects.toMatchObject({ cause: { code: "BROKEN" } });
      expect(on.executed).toHaveLength(3);
    });
  });

  it.each([
    ["errors that are not retryable, unless it is told which", {}, 1],
    ["errors of the codes that it is told", { on: ["BROKEN"] }, 3],
    ["no errors of other codes", { on: ["OTHER"] }, 1],
    ["all errors, if it is told so", { on: "any" as const }, 3],
  ])("is not for %s", async (_what, more, attempts) => {
    await inFakeTime(async (clock) => {
      const on = stage({ engine: inlineEngine({ clock }) });
      on.on("work", failing(9));
      await expect(on.run(flow("main").node("work", on.step({}), { retry: { ...retry, ...more } }))).rejects.toThrow("it was to fail");
      expect(on.executed).toHaveLength(attempts);
    });
  });
});

describe("a node with a time limit", () => {
  it("is aborted, fails with NODE_TIMEOUT, and may be tried again", async () => {
    await inFakeTime(async (clock) => {
      const on = stage({ engine: inlineEngine({ clock }) });
      on.on("work", (context) => (context.attempt === 1 ? untilAborted(context) : undefined));
      const node = on.step({ value: "done" });
      expect(await on.run(flow("main").node("work", node, { timeoutMs: 100, retry: { attempts: 2 } }))).toEqual({ work: { value: "done" } });
      expect((await on.events()).find(({ type }) => type === "node.failed")).toMatchObject({ error: { code: "NODE_TIMEOUT" } });
    });
  });
});

describe("a node that sleeps", () => {
  it("waits before it begins, and the next one begins after it has rested (D-53, row 100)", async () => {
    await inFakeTime(async (clock) => {
      const on = stage({ engine: inlineEngine({ clock }) });
      const times: number[] = [];
      on.on("a", () => void times.push(clock.now()));
      on.on("b", () => void times.push(clock.now()));
      const definition = flow("main").node("a", on.step({}), { sleepBeforeMs: 500, sleepAfterMs: 2000 }).node("b", on.step({}));
      await on.run(definition);
      expect(times[0]).toBeGreaterThanOrEqual(500);
      expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(2000);
    });
  });
});

describe("a failure that is allowed", () => {
  it("gives null where the node is to continue; the run completes, and the failure stays on record (D-2)", async () => {
    const on = stage();
    on.on("work", failing(1));
    const definition = flow("main")
      .node("work", on.step({}), { onFailure: "continue" })
      .node("use", on.step({ value: "$expr{$hier{work} ?? 'nothing'}" }));
    expect(await on.run(definition)).toEqual({ work: null, use: { value: "nothing" } });
    expect(await on.details()).toMatchObject({
      status: "completed",
      nodes: [{ status: "failed", error: { code: "BROKEN" } }, { status: "completed" }],
    });
    expect((await on.events()).find(({ type }) => type === "failure.handled")).toMatchObject({ path: "main.work", by: "continue" });
  });

  it("gives the fallback, rendered, where there is one", async () => {
    const on = stage();
    on.on("work", failing(1));
    const definition = flow("main", { variables: { name: "Ada" } })
      .node("work", on.step({}), { onFailure: { fallback: { value: "no work for $var{name}" } } })
      .node("use", (nodes) => on.step({ value: nodes.work.value }));
    expect(await on.run(definition)).toMatchObject({ use: { value: "no work for Ada" } });
  });
});

describe("a node whose settings cannot be rendered", () => {
  const definition = (on: ReturnType<typeof stage>, options: object) =>
    flow("main")
      .node("a", on.step({ value: { x: 1 } }))
      .node("b", on.step({ value: "$expr{$hier{a}.value.y}" }), options);

  it("has failed, on record and for its policy", async () => {
    const on = stage();
    expect(await on.run(definition(on, { onFailure: { fallback: { value: 7 } } }))).toMatchObject({ b: { value: 7 } });
    expect(await on.details()).toMatchObject({
      status: "completed",
      nodes: [{ status: "completed" }, { path: "main.b", status: "failed", handled: "fallback", error: { code: "TEMPLATE_REFERENCE_UNKNOWN" } }],
    });
    expect(on.executed).toEqual(["main.a 1"]);
  });

  it("is not tried again: it would be so each time", async () => {
    const on = stage();
    await expect(on.run(definition(on, { retry: { attempts: 5, on: "any", delayMs: 0 } }))).rejects.toThrow("main.b");
    expect((await on.events()).filter(({ type }) => type === "node.failed")).toHaveLength(1);
  });
});

describe("an attempt that does not react to its signal", () => {
  /** Does not look at its signal, and tries to leave something when it ends. */
  const deaf = (on: ReturnType<typeof stage>) => {
    const ended = Promise.withResolvers<unknown>();
    on.on("deaf", async ({ attempt, record }) => {
      if (attempt > 1) return "again";
      await new Promise((resolve) => void setTimeout(resolve, 60));
      const refused: unknown = await record({ name: "late", data: "late" }).catch((error: unknown) => error);
      ended.resolve(refused);
      return "late";
    });
    return ended.promise;
  };

  it("is on record as what the run took it for, and nothing that it does later counts", async () => {
    const on = stage({ engine: inlineEngine({ graceMs: 5 }) });
    const refused = deaf(on);
    const definition = flow("main")
      .node("deaf", on.step({}), { timeoutMs: 5, onFailure: "continue" })
      .node("use", on.step({ value: "$expr{$hier{deaf} ?? 'without'}" }))
      .node("wait", on.step({}));
    on.on("wait", async () => {
      await refused;
      await new Promise(setImmediate);
      throw new Error("now");
    });
    await expect(on.run(definition)).rejects.toThrow("now");
    expect(await refused).toMatchObject({ code: "ATTEMPT_ABANDONED" });
    const ends = (await on.events()).filter((event) => "path" in event && event.path === "main.deaf").map(({ type }) => type);
    expect(ends).toEqual(["node.started", "node.failed", "failure.handled"]);
    on.on("wait", () => undefined);
    expect(await on.resume(definition)).toMatchObject({ deaf: null, use: { value: "without" } });
  });
});

describe("a fallback", () => {
  const broken = defineNode({
    type: "broken",
    version: "1",
    effect: "pure",
    settings: z.object({}),
    output: z.object({ n: z.codec(z.string(), z.number(), { decode: Number, encode: String }) }),
    execute: () => {
      throw new Error("broken");
    },
  });
  const use = (on: ReturnType<typeof stage>, fallback: never) =>
    flow("main", { variables: { z: variable(z.json()) } })
      .node("work", broken({}), { onFailure: { fallback } })
      .node("use", (nodes) => on.step({ value: nodes.work.n }));

  it("is what later nodes take for what the node gives, and not what its schema takes", async () => {
    const on = stage();
    expect(await on.run(use(on, { n: 0 } as never), { inputs: { main: { z: null } } })).toEqual({ work: { n: 0 }, use: { value: 0 } });
  });

  it("that does not fit once it is rendered is a failure of its node", async () => {
    const on = stage();
    await expect(on.run(use(on, "$expr{z}" as never), { inputs: { main: { z: { n: "1" } } } })).rejects.toMatchObject({
      code: "NODE_FAILED",
      cause: { code: "NODE_OUTPUT_INVALID", message: expect.stringMatching(/its fallback: n: .*expected number/) as string },
    });
    expect(on.executed).toEqual([]);
    expect((await on.events()).some(({ type }) => type === "failure.handled")).toBe(false);
  });
});

describe("what a node leaves going", () => {
  it("cannot record, emit or commit once the node has given what it gives", async () => {
    const on = stage();
    const late = Promise.withResolvers<unknown>();
    on.on("work", ({ record }) => {
      setTimeout(() => void record({ name: "late", data: "late" }).then(late.resolve, late.resolve), 0);
      return "done";
    });
    on.on("next", async () => void (await late.promise));
    const definition = flow("main").node("work", on.step({})).node("next", on.step({}));
    await on.run(definition);
    expect(await late.promise).toMatchObject({ code: "ATTEMPT_OVER", details: { path: "main.work" } });
    expect((await on.details()).nodes[0]?.artifacts.map(({ name }) => name)).not.toContain("late");
  });
});

describe("what a node is told of itself", () => {
  it("is an idempotency key that is the same for each of its attempts, or the one that is given for it", async () => {
    const on = stage();
    const keys: string[] = [];
    const fail = failing(1);
    on.on("work", (context) => {
      keys.push(context.idempotencyKey);
      return fail(context);
    });
    const retry = { attempts: 2, delayMs: 0, on: "any" as const };
    await on.run(
      flow("main")
        .node("work", on.step({}), { retry })
        .forEach("each", {
          items: ["x"],
          body: flow("body").node("work", on.step({}), { idempotencyKey: "pay-$var{item}" }),
        }),
    );
    expect(keys).toEqual(["r:main.work", "r:main.work", "pay-x"]);
  });

  it("can be an effect that is known better than of its type", async () => {
    const on = stage();
    await on.run(flow("main").node("work", on.step({}), { effect: "effectful" }));
    expect((await on.events()).find(({ type }) => type === "node.started")).toMatchObject({ effect: "effectful" });
  });
});
