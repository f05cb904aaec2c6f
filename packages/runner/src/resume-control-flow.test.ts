import { flow } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { DadError } from "@dad/protocol";
import { inlineEngine } from "@dad/engine/inline";
import { failing, inFakeTime, stage, untilAborted } from "./testing-run.ts";

describe("a run that is resumed", () => {
  it("executes nothing of a loop again that had completed, and goes on with the iteration that failed", async () => {
    const on = stage();
    on.on("main.each.iter_1.say", failing(1));
    const definition = flow("main").forEach("each", { items: ["a", "b", "c"], body: flow("body").node("say", on.step({ value: "$var{item}" })) });
    await expect(on.run(definition)).rejects.toThrow("iter_1");
    expect(await on.resume(definition)).toEqual({ each: [{ say: { value: "a" } }, { say: { value: "b" } }, { say: { value: "c" } }] });
    expect(on.executed).toEqual(["main.each.iter_0.say 1", "main.each.iter_1.say 1", "main.each.iter_1.say 2", "main.each.iter_2.say 1"]);
  });

  it("goes on from a failure that was allowed, as what came after it did", async () => {
    const on = stage();
    on.on("work", failing(1));
    on.on("later", failing(1));
    const definition = flow("main")
      .node("work", on.step({ value: 1 }), { onFailure: "continue" })
      .node("use", on.step({ value: "$expr{$hier{work} ?? 'nothing'}" }))
      .node("later", on.step({}));
    await expect(on.run(definition)).rejects.toThrow("main.later");
    expect(await on.resume(definition)).toMatchObject({ work: null, use: { value: "nothing" } });
    expect(on.executed).toEqual(["main.work 1", "main.use 1", "main.later 1", "main.later 2"]);
  });

  it("goes on in a handler, and does not try again what had failed before it", async () => {
    const on = stage();
    on.on("work", failing(1));
    on.on("beside", untilAborted);
    on.on("mend", failing(1));
    const definition = flow("main").try("t", {
      body: flow("body").parallel("both", { a: flow("a").node("beside", on.step({})), b: flow("b").node("work", on.step({})) }),
      catch: flow("handler").node("mend", on.step({ value: "$expr{error.code}" })),
    });
    await expect(on.run(definition)).rejects.toThrow("main.t.catch.mend");
    expect(await on.resume(definition)).toEqual({ t: { catch: { mend: { value: "BROKEN" } } } });
    expect(on.executed).toEqual(["main.t.try.both.a.beside 1", "main.t.try.both.b.work 1", "main.t.catch.mend 1", "main.t.catch.mend 2"]);
  });

  it("cleans up again after a body that is executed again", async () => {
    const on = stage();
    on.on("work", failing(1));
    const definition = flow("main").try("t", { body: flow("body").node("work", on.step({})), finally: flow("cleanup").node("clean", on.step({})) });
    await expect(on.run(definition)).rejects.toThrow("main.t.try.work");
    await on.resume(definition);
    expect(on.executed).toEqual(["main.t.try.work 1", "main.t.finally.clean 1", "main.t.try.work 2", "main.t.finally.clean 2"]);
  });

  it("does not clean up again after a body that had completed", async () => {
    const on = stage();
    on.on("later", failing(1));
    const definition = flow("main")
      .try("t", { body: flow("body").node("work", on.step({})), finally: flow("cleanup").node("clean", on.step({})) })
      .node("later", on.step({}));
    await expect(on.run(definition)).rejects.toThrow("main.later");
    await on.resume(definition);
    expect(on.executed).toEqual(["main.t.try.work 1", "main.t.finally.clean 1", "main.later 1", "main.later 2"]);
  });

  it("goes on with what it was cancelled in, in every branch", async () => {
    const on = stage();
    const cancel = new AbortController();
    let going = 0;
    on.on("work", (context) => {
      if (context.attempt > 1) return undefined;
      if (++going === 2) cancel.abort(new Error("enough"));
      return untilAborted(context);
    });
    const body = () => flow("body").node("work", on.step({ value: 1 }));
    const definition = flow("main").parallel("both", { a: body(), b: body() });
    await expect(on.run(definition, { signal: cancel.signal })).rejects.toThrow("enough");
    expect((await on.details()).status).toBe("cancelled");
    expect(await on.resume(definition)).toEqual({ both: { a: { work: { value: 1 } }, b: { work: { value: 1 } } } });
    expect(await on.details()).toMatchObject({ status: "completed" });
  });

  it("goes on in a handler however often it is resumed", async () => {
    const on = stage();
    on.on("work", failing(1));
    on.on("mend", failing(2));
    const definition = flow("main").try("t", {
      body: flow("body").node("work", on.step({})),
      catch: flow("handler").node("mend", on.step({ value: "$expr{error.code}" })),
    });
    await expect(on.run(definition)).rejects.toThrow("main.t.catch.mend");
    await expect(on.resume(definition)).rejects.toThrow("main.t.catch.mend");
    expect(await on.resume(definition)).toEqual({ t: { catch: { mend: { value: "BROKEN" } } } });
    expect(on.executed).toEqual(["main.t.try.work 1", "main.t.catch.mend 1", "main.t.catch.mend 2", "main.t.catch.mend 3"]);
  });

  it("knows of a cleanup that was executed again, and allowed to fail, that this was so", async () => {
    const on = stage();
    on.on("work", failing(1));
    on.on("clean", failing(9));
    on.on("later", failing(1));
    const definition = flow("main")
      .try("t", { body: flow("body").node("work", on.step({})), finally: flow("end").node("clean", on.step({}), { onFailure: "continue" }) })
      .node("later", on.step({}));
    await expect(on.run(definition)).rejects.toThrow("main.t.try.work");
    await expect(on.resume(definition)).rejects.toThrow("main.later");
    await on.resume(definition);
    expect(on.executed.filter((path) => path.includes("clean"))).toEqual(["main.t.finally.clean 1", "main.t.finally.clean 2"]);
  });

  it("does not clean up again in what had failed and was caught further out", async () => {
    const on = stage();
    on.on("work", failing(1));
    on.on("later", failing(1));
    const inner = flow("inner").try("t", { body: flow("body").node("work", on.step({})), finally: flow("end").node("clean", on.effect({})) });
    const definition = flow("main")
      .try("outer", { body: inner, catch: flow("handler").node("mend", on.step({})) })
      .node("later", on.step({}));
    await expect(on.run(definition)).rejects.toThrow("main.later");
    await on.resume(definition);
    expect(on.executed.filter((path) => path.includes("clean"))).toEqual(["main.outer.try.t.finally.clean 1"]);
  });

  it("asks nothing of what was cancelled where a failure was caught: it is not executed again", async () => {
    const on = stage();
    on.on("work", failing(1));
    on.on("beside", untilAborted);
    on.on("later", failing(1));
    const definition = flow("main")
      .try("t", {
        body: flow("body").parallel("both", { a: flow("a").node("beside", on.effect({})), b: flow("b").node("work", on.step({})) }),
        catch: flow("handler").node("mend", on.step({})),
      })
      .node("later", on.step({}));
    await expect(on.run(definition)).rejects.toThrow("main.later");
    expect(await on.resume(definition)).toMatchObject({ later: { value: null } });
    expect(on.executed.filter((path) => path.includes("beside"))).toHaveLength(1);
  });

  it("is told of what had rested when it had rested: what was never begun because of that is not begun now", async () => {
    await inFakeTime(async (clock) => {
      const on = stage({ engine: inlineEngine({ clock }) });
      on.on("b1", async () => {
        await new Promise<void>((resolve) => void clock.after(30, resolve));
        throw new DadError("BROKEN", "it was to fail");
      });
      on.on("mend", failing(2));
      const definition = flow("main").try("t", {
        body: flow("body").parallel("both", {
          a: flow("a").node("a1", on.step({}), { sleepAfterMs: 2000 }).node("a2", on.effect({})),
          b: flow("b").node("b1", on.step({})),
        }),
        catch: flow("handler").node("mend", on.step({})),
      });
      await expect(on.run(definition)).rejects.toThrow("main.t.catch.mend");
      await expect(on.resume(definition)).rejects.toThrow("main.t.catch.mend");
      await on.resume(definition);
      expect(on.executed.some((path) => path.includes("a2"))).toBe(false);
    });
  });

  it("executes what had failed when its definition does not allow that any more", async () => {
    const on = stage();
    on.on("work", failing(1));
    on.on("later", failing(1));
    const definition = (options: object) =>
      flow("main")
        .node("work", on.step({ value: 1 }), options)
        .node("later", on.step({}));
    await expect(on.run(definition({ onFailure: "continue" }))).rejects.toThrow("main.later");
    expect(await on.resume(definition({}), { allowChanged: true })).toMatchObject({ work: { value: 1 } });
  });
});
