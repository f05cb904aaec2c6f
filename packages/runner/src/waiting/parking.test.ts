import { flow } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { failing, untilAborted } from "../testing-run.ts";
import { asking, BEGIN, question, until, waitingStage } from "../testing-waiting.ts";

const WAITING = { code: "RUN_WAITING" };

describe("a run that parks", () => {
  it("says of all that wait for what, each with its own, and goes on in one resume when all is answered", async () => {
    const { step, on, run, resume, answer, details, events, executed } = waitingStage();
    on("ask", ({ input, path }) => input(question("approve", { prompt: path })));
    const definition = flow("main").map("each", { items: [1, 2, 3], concurrency: 2, body: flow("body").node("ask", step({})) });
    const waits = (at: number): string => `main.each.iter_${at}.ask:approve`;
    await expect(run(definition)).rejects.toMatchObject({ ...WAITING, requests: [waits(0), waits(1)] });
    expect((await events()).filter(({ type }) => type === "node.parked")).toMatchObject([{ requests: [waits(0)] }, { requests: [waits(1)] }]);
    expect((await details()).requests?.map(({ id }) => id)).toEqual([waits(0), waits(1)]);
    await answer(waits(1), true);
    await expect(resume(definition)).rejects.toMatchObject({ ...WAITING, requests: [waits(0), waits(2)] });
    for (const at of [2, 0]) await answer(waits(at), false);
    expect(await resume(definition)).toEqual({ each: [false, true, false].map((value) => ({ ask: { value } })) });
    expect(executed.filter((attempt) => attempt.startsWith("main.each.iter_1."))).toEqual(["main.each.iter_1.ask 1", "main.each.iter_1.ask 2"]);
  });

  it("looks once more into the inbox before, as what comes may be noticed late", async () => {
    const { step, on, run, ports, inbox, answer } = waitingStage();
    on("ask", asking("approve"));
    Object.assign(ports, { inbox: { ...inbox, follow: async function* () {} } });
    // By then, the inbox was looked into.
    ports.events.handleInput(async () => {
      await answer("main.ask:approve", true);
      return undefined;
    });
    expect(await run(flow("main").node("ask", step({})))).toEqual({ ask: { value: true } });
  });

  it("keeps no timer, and goes on with nothing that is answered from then on", async () => {
    const { step, on, run, answer, clock, ports, inbox, types } = waitingStage();
    let wentOn = 0;
    on("ask", async ({ input }) => {
      await input(question("approve", { expiresIn: "30m" }));
      return ++wentOn;
    });
    // As late as can be: when it is on record that it is parked.
    ports.events.subscribe("node.parked", () => void answer("main.ask:approve", true));
    await expect(run(flow("main").node("ask", step({})))).rejects.toMatchObject(WAITING);
    expect(clock.pending()).toBe(0);
    await until(async () => (await inbox.pending("r" as never)).length === 1);
    expect(wentOn).toBe(0);
    expect(await types("input.")).toEqual(["input.requested"]);
  });

  it("does not, as long as a node beside the wait is executed, rests, or is to be tried again", async () => {
    for (const policy of [{ sleepBeforeMs: 20 }, { sleepAfterMs: 20 }, { retry: { attempts: 2, delayMs: 20, on: "any" } }] as const) {
      const { step, on, run, answer, events } = waitingStage();
      on("ask", asking("approve"));
      on("work", !("retry" in policy) ? () => "done" : failing(1));
      on("after", async () => {
        await answer("main.both.a.ask:approve", true);
        return null;
      });
      const definition = flow("main").parallel("both", {
        a: flow("a").node("ask", step({})),
        b: flow("b").node("work", step({}), policy).node("after", step({})),
      });
      expect(await run(definition)).toMatchObject({ both: { a: { ask: { value: true } } } });
      expect((await events()).some(({ type }) => type.endsWith("parked"))).toBe(false);
    }
  });

  it("does so in a step and while it has the files to itself, and does not while a step beside the wait goes on", async () => {
    for (const name of ["step", "exclusively"] as const) {
      const { step, on, run, resume, answer } = waitingStage();
      on("ask", (context) => {
        const work = () => context.input(question("approve"));
        return name === "step" ? context.step("ask", work) : context.exclusively(work);
      });
      const definition = flow("main").node("ask", step({}));
      await expect(run(definition)).rejects.toMatchObject(WAITING);
      await answer("main.ask:approve", true);
      expect(await resume(definition)).toEqual({ ask: { value: true } });
    }
    const { step, on, run, events } = waitingStage();
    const done: string[] = [];
    on("ask", async (context) => {
      const beside = context.step("beside", async () => {
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
        return done.push("beside");
      });
      await context.input(question("approve"));
      return await beside;
    });
    await expect(run(flow("main").node("ask", step({})))).rejects.toMatchObject(WAITING);
    expect(done).toEqual(["beside"]);
    expect((await events()).map(({ type }) => type)).toContain("step.completed");
  });

  it("neither catches nor cleans up what waits, but when it has come to its end", async () => {
    const { step, on, run, resume, answer, executed } = waitingStage();
    on("ask", async ({ input }) => {
      if (!(await input(question("approve")))) throw new Error("refused");
      return undefined;
    });
    const definition = flow("main").try("safe", {
      body: flow("body").node("ask", step({})),
      catch: () => flow("handler").node("caught", step({})),
      finally: flow("cleanup").node("clean", step({})),
    });
    await expect(run(definition)).rejects.toMatchObject(WAITING);
    expect(executed).toEqual(["main.safe.try.ask 1"]);
    await answer("main.safe.try.ask:approve", false);
    await resume(definition);
    expect(executed.slice(1)).toEqual(["main.safe.try.ask 2", "main.safe.catch.caught 1", "main.safe.finally.clean 1"]);
  });

  it("waits in a cleanup, too, and the failure before it stays what the run ends with", async () => {
    const { step, on, run, resume, answer, details } = waitingStage();
    on("break", () => {
      throw new Error("broken");
    });
    on("clean", asking("remove"));
    const definition = flow("main").try("safe", {
      body: flow("body").node("break", step({})),
      finally: flow("cleanup").node("clean", step({})),
    });
    await expect(run(definition)).rejects.toMatchObject({ ...WAITING, requests: ["main.safe.finally.clean:remove"] });
    await answer("main.safe.finally.clean:remove", true);
    await expect(resume(definition)).rejects.toMatchObject({ code: "NODE_FAILED" });
    expect(await details()).toMatchObject({ status: "failed" });
  });

  it("counts no failed attempts before the wait as answered, and asks the next attempt nothing again", async () => {
    const { step, on, run, resume, answer, inputs } = waitingStage();
    const fails = failing(1);
    on("ask", async (context) => {
      const approved = await context.input(question("approve"));
      await fails(context);
      return approved;
    });
    const definition = flow("main").node("ask", step({}), { retry: { attempts: 2, delayMs: 0, on: "any" } });
    await expect(run(definition)).rejects.toMatchObject(WAITING);
    await answer("main.ask:approve", true);
    expect(await resume(definition)).toEqual({ ask: { value: true } });
    expect(await inputs()).toEqual(["requested main.ask:approve", "answered main.ask:approve"]);
  });
});

describe("what is asked", () => {
  it("needs no answer any more when its node is stopped, because something beside it failed", async () => {
    const { step, on, run, inputs, details } = waitingStage();
    on("ask", asking("approve"));
    on("work", async ({ signal: _signal }) => {
      await until(async () => (await inputs()).length === 1);
      throw new Error("broken");
    });
    const definition = flow("main")
      .try("safe", {
        body: flow("body").parallel("both", { a: flow("a").node("ask", step({})), b: flow("b").node("work", step({})) }),
        catch: () => flow("handler").node("caught", step({})),
      })
      .node("last", step({}));
    await run(definition);
    expect(await inputs()).toEqual(["requested main.safe.try.both.a.ask:approve", "cancelled main.safe.try.both.a.ask:approve"]);
    expect(await details()).not.toHaveProperty("requests");
  });

  it("is asked again when the run was cancelled while it waited, for as long as was left", async () => {
    const { effect, on, run, resume, ports, events, answer } = waitingStage();
    on("ask", asking("approve", { expiresIn: "1h" }));
    const cancelled = new AbortController();
    ports.events.handleInput(() => new Promise(() => cancelled.abort(new Error("enough"))));
    // Nobody need say whether it did its work: it waited.
    const definition = flow("main").node("ask", effect({}));
    await expect(run(definition, { signal: cancelled.signal })).rejects.toThrow("enough");
    await answer("main.ask:approve", true);
    expect(await resume(definition)).toEqual({ ask: { value: true } });
    const asked = (await events()).flatMap((event) => (event.type === "input.requested" ? [event.request] : []));
    expect(asked.map(({ expiresAt }) => expiresAt)).toEqual([new Date(BEGIN + 3_600_000).toISOString()]);
  });

  it("is taken from the inbox while a handler still thinks, and once", async () => {
    const { step, on, run, ports, answer, events } = waitingStage();
    on("ask", asking("approve"));
    let stopped = false;
    ports.events.handleInput(async (_request, { signal }) => {
      signal.addEventListener("abort", () => void (stopped = true));
      await answer("main.ask:approve", false);
      return new Promise<never>(() => undefined);
    });
    expect(await run(flow("main").node("ask", step({})))).toEqual({ ask: { value: false } });
    expect(stopped).toBe(true);
    expect((await events()).filter(({ type }) => type === "input.answered")).toMatchObject([{ by: { channel: "cli", who: "ada" } }]);
  });

  it("has the first answer that fits, and says of the others why they were not taken", async () => {
    const { step, on, run, answer, ports, events, inbox } = waitingStage();
    on("ask", asking("size", { schema: z.int(), choices: [1, 2] }));
    await answer("main.ask:size", "many");
    ports.events.subscribe("input.rejected", async ({ error }) => {
      const next = error.message.includes("choices") ? 2 : 3;
      // It is on record that one is refused before the next may be posted.
      await until(() => answer("main.ask:size", next).then(isDone, isNotDone));
    });
    ports.events.handleInput(() => new Promise<never>(() => undefined));
    expect(await run(flow("main").node("ask", step({})))).toEqual({ ask: { value: 2 } });
    const refused = (await events()).flatMap((event) => (event.type === "input.rejected" ? [event.error.message] : []));
    expect(refused).toEqual([expect.stringContaining("expected number"), expect.stringContaining("3 is not among the choices")]);
    await expect(answer("main.ask:size", 1)).rejects.toMatchObject({ code: "INPUT_ANSWERED" });
    expect(await inbox.pending("r" as never)).toEqual([]);
  });

  it("is refused once, however often it is seen in the inbox", async () => {
    const { step, on, run, ports, inbox, inputs, answer } = waitingStage();
    on("ask", asking("approve"));
    await answer("main.ask:approve", "no boolean");
    const seen = await inbox.pending("r" as never);
    Object.assign(ports, { inbox: { ...inbox, pending: async () => seen } });
    await expect(run(flow("main").node("ask", step({})))).rejects.toMatchObject(WAITING);
    expect(await inputs()).toEqual(["requested main.ask:approve", "rejected main.ask:approve"]);
  });

  it("is refused once, also when the run was cut off before the inbox was told", async () => {
    const { step, on, run, resume, ports, inbox, inputs, answer } = waitingStage();
    const definition = flow("main").node("ask", step({}));
    on("ask", asking("approve"));
    await answer("main.ask:approve", "no boolean");
    Object.assign(ports, { inbox: { ...inbox, settle: async () => undefined } });
    await expect(run(definition)).rejects.toMatchObject(WAITING);
    Object.assign(ports, { inbox });
    await expect(resume(definition)).rejects.toMatchObject(WAITING);
    expect(await inputs()).toEqual(["requested main.ask:approve", "rejected main.ask:approve"]);
    expect(await inbox.pending("r" as never)).toEqual([]);
  });

  it("has an answer that was on its way when it was cancelled", async () => {
    const { step, on, run, ports, inbox, inputs } = waitingStage();
    const unwanted = new AbortController();
    on("ask", async ({ input }) => {
      await input(question("approve"), { signal: unwanted.signal }).catch(() => undefined);
      return await input(question("approve"));
    });
    // An inbox that is slow to take an answer.
    const post: typeof inbox.post = async (message) => {
      unwanted.abort();
      await inbox.post(message);
    };
    Object.assign(ports, { inbox: { ...inbox, post } });
    ports.events.handleInput(() => true);
    expect(await run(flow("main").node("ask", step({})))).toEqual({ ask: { value: true } });
    expect(await inputs()).toEqual(["requested", "answered"].map((what) => `${what} main.ask:approve`));
  });

  it("fails its node when nobody can be asked, because the inbox cannot be read", async () => {
    const { step, on, run, ports } = waitingStage();
    on("ask", asking("approve"));
    const broken = { ...ports.inbox, pending: () => Promise.reject(new Error("no disk")) };
    Object.assign(ports, { inbox: broken });
    await expect(run(flow("main").node("ask", step({})))).rejects.toMatchObject({
      code: "NODE_FAILED",
      message: expect.stringContaining("no disk") as string,
    });
  });

  it("is cancelled when its node has come to its end without it", async () => {
    const { step, on, run, inputs, answer } = waitingStage();
    const wentOn: unknown[] = [];
    on("ask", async ({ input }) => {
      void input(question("approve")).then((value) => wentOn.push(value));
      await until(async () => (await inputs()).length === 1);
      return null;
    });
    on("next", async () => {
      await answer("main.ask:approve", true);
      return null;
    });
    await run(flow("main").node("ask", step({})).node("next", step({})));
    expect(await inputs()).toEqual(["requested main.ask:approve", "cancelled main.ask:approve"]);
    expect(wentOn).toEqual([]);
  });

  it("is cancelled when its signal says so, and not asked again", async () => {
    const { step, on, run, inputs } = waitingStage();
    on("ask", async ({ input }) => {
      const unwanted = new AbortController();
      const asked = input(question("approve"), { signal: unwanted.signal }).catch((error: unknown) => error);
      await until(async () => (await inputs()).length === 1);
      unwanted.abort("no need");
      return { code: ((await asked) as { code: string }).code };
    });
    expect(await run(flow("main").node("ask", step({})))).toEqual({ ask: { value: { code: "INPUT_CANCELLED" } } });
    expect(await inputs()).toEqual(["requested main.ask:approve", "cancelled main.ask:approve"]);
  });

  it("keeps the time limit of its node standing still", async () => {
    const { step, on, run, ports, clock } = waitingStage();
    on("ask", asking("approve"));
    ports.events.handleInput(async () => {
      await new Promise((resolve) => setTimeout(resolve, 40));
      return clock.pending() === 0;
    });
    expect(await run(flow("main").node("ask", step({}), { timeoutMs: 10 }))).toEqual({ ask: { value: true } });
  });

  it("leaves its node when that is aborted, whatever it waits for", async () => {
    const { step, on, run } = waitingStage();
    on("ask", async (context) => Promise.race([context.input(question("approve")), untilAborted(context)]));
    on("work", () => {
      throw new Error("broken");
    });
    const definition = flow("main").parallel("both", { a: flow("a").node("ask", step({})), b: flow("b").node("work", step({})) });
    await expect(run(definition)).rejects.toMatchObject({ code: "NODE_FAILED", message: expect.stringContaining("broken") as string });
  });
});

const isDone = (): boolean => true;
const isNotDone = (): boolean => false;
