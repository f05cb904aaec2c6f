import { existsSync } from "node:fs";
import { agent, defineNode, flow, variable, walk } from "@dad/agent";
import { DadError } from "@dad/protocol";
import { scriptedModel } from "@dad/resources/scripted";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import type { ReplacedNodes, TestNodeContext } from "./replaced-nodes.ts";
import { testAgent, type TestRunOptions } from "./test-agent.ts";
import { ask, echo, pay, write } from "./testing-nodes.ts";

const broken = () => {
  throw new DadError("BROKEN", "it was to fail", { retryable: true });
};

const thrownBy = (work: () => unknown): Error => {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("it was to throw");
};

describe("a test of an agent", () => {
  const shout = agent("main", { variables: { name: variable(z.string()) } }).node("greet", echo({ value: "hello $var{name}" }));

  it("runs it, and gives what its elements gave", async () => {
    const run = await testAgent(shout, { inputs: { main: { name: "Ada" } } }).run();
    expect(run.status).toBe("completed");
    expect(run.expectCompleted().greet.value).toBe("hello Ada");
    expect(run.result).toEqual({ greet: { value: "hello Ada" } });
    expect(run.executed).toEqual(["main.greet"]);
    expect(run.events.map(({ type }) => type)).toEqual(expect.arrayContaining(["run.started", "node.completed", "run.completed"]));
  });

  it("shows what the run and its nodes tell of themselves, of each time that it runs", async () => {
    const telling = defineNode({
      type: "telling",
      version: "1",
      effect: "pure",
      settings: z.object({}),
      output: z.object({}),
      async execute({ log, observability: { tracer, meter }, input }) {
        log.debug("looking", { "app.items": 2 });
        tracer.startSpan("look").end();
        meter.createCounter("app.looks").add(1);
        await input({ key: "go", prompt: "Go?", schema: z.boolean() });
        log.info("gone");
        return {};
      },
    });
    const test = testAgent(agent("main").node("tell", telling({})));
    const waiting = await test.run();
    const { spans, logs, metrics } = waiting.telemetry;
    const looked = spans.find(({ name }) => name === "look");
    expect(spans.find(({ spanId }) => spanId === looked?.parentSpanId)).toMatchObject({
      name: "telling tell",
      attributes: { "dad.node.status": "waiting" },
    });
    expect(logs.find(({ body }) => body === "looking")).toMatchObject({ attributes: { "app.items": 2, "dad.node.path": "main.tell" } });
    expect(metrics.find(({ name }) => name === "app.looks")).toMatchObject({ value: 1 });
    const { telemetry } = await test.resume({ answers: { go: true } });
    expect(telemetry.logs.map(({ body }) => body)).toContain("gone");
    expect(telemetry.logs.map(({ body }) => body)).not.toContain("run started");
    expect(waiting.telemetry.logs.map(({ body }) => body)).not.toContain("gone");
  });

  it("says before anything runs what is wrong with what it is given", () => {
    expect(() => testAgent(shout)).toThrow(expect.objectContaining({ code: "STATIC_INPUT_INVALID" }));
    expect(() => testAgent(flow("main").node("a", echo({ value: "$var{x}" })))).toThrow(expect.objectContaining({ code: "DEFINITION_INVALID" }));
    expect(() => testAgent({} as typeof shout)).toThrow(expect.objectContaining({ code: "DEFINITION_INVALID" }));
    const inputs = { main: { name: "Ada" } };
    expect(() => testAgent(shout, { inputs, runId: "no id" })).toThrow(TypeError);
    expect(() => testAgent(shout, { inputs, nodes: { "main.gret": broken } })).toThrow(
      new TypeError('"main.gret" is not there in agent "main"; did you mean "main.greet"? there is "main.greet"'),
    );
    expect(() => testAgent(shout, { inputs, nodes: { main: broken } })).toThrow('"main" is an agent, and not a node in agent "main"');
    const nodes = { "main.greet": { value: "hello" } } as never;
    expect(() => testAgent(shout, { inputs, nodes })).toThrow(new TypeError('what is in the place of "main.greet" is an object, and no function'));
  });

  it("refuses options that it does not have", async () => {
    const { sent } = { sent: { inputs: { main: { name: "Ada" } }, model: {} } };
    expect(() => testAgent(shout, sent)).toThrow(expect.objectContaining({ name: "TypeError" }));
    expect(() => testAgent(shout, sent)).toThrow('testAgent has no option "model"; did you mean "models"? there are "models", ');
    const test = testAgent(shout, { inputs: sent.inputs });
    await expect(test.run({ onEvents: () => {} } as TestRunOptions)).rejects.toThrow(
      'run has no option "onEvents"; did you mean "onEvent"? there are "signal", "onEvent"',
    );
    await test.run();
    await expect(test.resume({ asume: {} } as TestRunOptions)).rejects.toThrow('resume has no option "asume"; did you mean "assume"?');
  });

  it("shares nothing with another, also of the same definition at the same time", async () => {
    const definition = flow("main").node("write", write({ path: "own.txt", content: "$expr{runId}" }));
    const ids = Array.from({ length: 20 }, (_, index) => `run${index}`);
    const runs = await Promise.all(ids.map((runId) => testAgent(definition, { runId }).run()));
    expect(runs.map(({ files }) => files["own.txt"])).toEqual(ids);
    expect(new Set(runs.map((run) => run.expectCompleted().write.directory)).size).toBe(20);
  });

  it("tells what happens as it does, also output as it comes", async () => {
    const told: string[] = [];
    const test = testAgent(flow("main").node("ask", ask({ prompt: "?" })), { models: { writer: scriptedModel(["two words"]) } });
    const { events } = await test.run({ onEvent: ({ type }) => void told.push(type) });
    expect(events.filter(({ type }) => type === "output.streamed")).toMatchObject([{ text: "two " }, { text: "words" }]);
    expect(told).toEqual(events.map(({ type }) => type));
  });
});

describe("a run that fails", () => {
  const definition = flow("main")
    .node("a", echo({ value: 1 }))
    .node("b", echo({ value: 2 }))
    .node("c", echo({ value: 3 }));

  it("is a result, with what was thrown and with what is on record", async () => {
    const run = await testAgent(definition, { nodes: { "main.b": broken } }).run();
    expect(run).toMatchObject({ status: "failed", result: undefined, error: { code: "NODE_FAILED", cause: { code: "BROKEN" } } });
    expect(run.expectFailed()).toMatchObject({ code: "NODE_FAILED" });
    expect(run.expectFailed("BROKEN").cause).toMatchObject({ code: "BROKEN", message: "it was to fail" });
    expect(run.nodes.map(({ path, status }) => [path, status])).toEqual([
      ["main.a", "completed"],
      ["main.b", "failed"],
    ]);
    expect(run.node("main.b").error).toMatchObject({ code: "BROKEN" });
  });

  it("is told with each node and with its causes where it was to complete, and the other way round", async () => {
    const failed = await testAgent(definition, { nodes: { "main.b": broken } }).run();
    expect(() => failed.expectCompleted()).toThrow(
      expect.objectContaining({
        name: "AssertionError",
        cause: (failed.error as Error).cause,
        message: [
          'flow "main" was to be completed, and is failed: NODE_FAILED: node main.b failed ← BROKEN: it was to fail',
          "  completed   main.a",
          "  failed      main.b  BROKEN: it was to fail",
        ].join("\n"),
      }),
    );
    expect(() => failed.expectFailed("OTHER")).toThrow("was to be failed with OTHER, and is failed: NODE_FAILED");
    const completed = await testAgent(definition).run();
    expect(() => completed.expectFailed()).toThrow('flow "main" was to be failed, and is completed\n  completed   main.a');
  });

  it("shows with each error where the node threw, and nothing that is no difference", async () => {
    const bug = new TypeError("cannot read it");
    const throws = () => {
      throw bug;
    };
    const inner = flow("inner").node("n", echo({ value: 1 }));
    const nested = flow("main")
      .try("tried", { body: flow("body"), finally: inner })
      .node("after", echo({ value: 2 }));
    const run = await testAgent(nested, { nodes: { "main.tried.finally.n": throws } }).run();
    expect(thrownBy(() => run.expectCompleted()).cause).toBe(bug);
    expect(thrownBy(() => run.expectFailed("OTHER")).cause).toBe(bug);
    const outcome = thrownBy(() => run.node("main.tried.finally.n").expectOutcome({ value: 1 }));
    expect(outcome.cause).toBe(bug);
    // vitest shows a member of this name as it is.
    expect(outcome).not.toHaveProperty("diff");
    const misfit = testAgent(inner, { nodes: { "inner.n": () => 1 } }).run();
    await expect(misfit).rejects.not.toHaveProperty("diff");
  });

  it("is cancelled by its signal, or with the test", async () => {
    const controller = new AbortController();
    const nodes = { "main.b": (context: TestNodeContext) => context.untilAborted() };
    const whenBegun = (work: () => void): NonNullable<TestRunOptions["onEvent"]> => {
      return (event) => void (event.type === "node.started" && "path" in event && event.path === "main.b" && work());
    };
    const cancelled = await testAgent(definition, { nodes }).run({ signal: controller.signal, onEvent: whenBegun(() => controller.abort()) });
    expect([cancelled.status, cancelled.node("main.b").status, cancelled.node("main.c").status]).toEqual(["cancelled", "cancelled", undefined]);
    const test = testAgent(definition, { nodes });
    expect(await test.run({ onEvent: whenBegun(() => void test[Symbol.asyncDispose]()) })).toMatchObject({ status: "cancelled" });
    await expect(test.resume()).rejects.toThrow("The test is over.");
  });
});

describe("models of a test", () => {
  const definition = flow("main")
    .node("one", ask({ prompt: "1?" }))
    .node("two", ask({ prompt: "2?" }), { onFailure: "continue" });

  it("answer by alias, and it is known what they were asked", async () => {
    const run = await testAgent(definition, { models: { writer: scriptedModel(["first", "second"]) } }).run();
    expect(run.expectCompleted()).toEqual({ one: { text: "first" }, two: { text: "second" } });
    expect(run.requests("writer").map(({ messages }) => messages[0]?.content)).toEqual(["1?", "2?"]);
    expect(() => run.requests("write")).toThrow(new TypeError('the test has no model "write"; did you mean "writer"? there is "writer"'));
  });

  it("fail the test when they are asked what they are not to be, whatever the run makes of it", async () => {
    await expect(testAgent(definition, { models: { writer: scriptedModel(["first"]) } }).run()).rejects.toMatchObject({
      name: "AssertionError",
      message: expect.stringMatching(/^node main\.two asks the model "writer" for what it is not to answer .*the last message was "2\?"/) as string,
    });
  });

  it("fail the test when they are not there, and say how to give them", async () => {
    await expect(testAgent(definition).run()).rejects.toThrow(
      'node main.one asks for the model "writer", and the test has none: give it as models: { "writer": … }',
    );
  });

  it("may fail as models do", async () => {
    const run = await testAgent(definition, { models: { writer: scriptedModel([new DadError("MODEL_UNAVAILABLE", "down")]) } }).run();
    expect(run.expectFailed("MODEL_UNAVAILABLE")).toMatchObject({ details: { path: "main.one" } });
  });
});

describe("a replaced node", () => {
  it("is given what the node is told, and keeps what it gives as the node would", async () => {
    const definition = flow("main", { variables: { name: "Ada" } })
      .node("run", pay({ account: "$var{name}" }))
      .node("use", ({ run }) => echo({ value: run.receipt }));
    const seen: unknown[] = [];
    const nodes = {
      "main.run": async ({ record }: TestNodeContext, work: unknown) => {
        seen.push(work);
        await record({ name: "log", data: "nothing ran" });
        return { receipt: "replaced" };
      },
    };
    const run = await testAgent(definition, { nodes }).run();
    expect(run.expectCompleted().use.value).toBe("replaced");
    expect(seen).toEqual([{ settings: { account: "Ada" }, input: undefined }]);
    expect(run.node("main.run").artifact("log").text()).toBe("nothing ran");
  });

  it("fails the test when it gives what the node could not give, whatever the run makes of it", async () => {
    const definition = flow("main").node("run", pay({ account: "" }), { onFailure: "continue" });
    await expect(testAgent(definition, { nodes: { "main.run": () => ({ receipt: 1 }) } }).run()).rejects.toThrow(
      'node main.run is replaced by a function that gives what a node of type "pay" does not: receipt: Invalid input: expected string, received number',
    );
  });

  it("may say which settings it is told", async () => {
    const definition = flow("main").node("run", pay({ account: "Ada" }));
    const nodes: ReplacedNodes = { "main.run": (_context, { settings }: { settings: { account: string } }) => ({ receipt: settings.account }) };
    expect((await testAgent(definition, { nodes }).run()).expectCompleted()).toEqual({ run: { receipt: "Ada" } });
    const untyped: ReplacedNodes = { "main.run": (_context, { settings }) => expectTypeOf(settings).toBeUnknown() };
    expect(Object.keys(untyped)).toEqual(["main.run"]);
  });

  it("stands for every iteration, or for one before that", async () => {
    const loop = { items: ["x", "y", "z"], body: flow("body").node("work", echo({ value: "$var{item}" })) };
    const run = await testAgent(flow("main").forEach("each", loop), {
      nodes: { "main.each.iter_*.work": () => ({ value: "any" }), "main.each.iter_1.work": () => ({ value: "one" }) },
    }).run();
    expect(run.expectCompleted().each.map(({ work }) => work.value)).toEqual(["any", "one", "any"]);
  });

  it("may be anywhere in the control flow", async () => {
    const one = (name: string) => flow(name).node("n", echo({ value: "real" }));
    const definition = agent("main")
      .component("sub", one("sub"))
      .conditional("yes", { condition: true, isTrue: one("a"), isFalse: one("b") })
      .conditional("no", { condition: false, isTrue: one("a"), isFalse: one("b") })
      .switch("case", { on: "x", cases: { x: one("a") }, otherwise: one("b") })
      .switch("other", { on: "y", cases: { x: one("a") }, otherwise: one("b") })
      .map("map", { items: [1], body: one("a") })
      .while("while", { condition: "$expr{previous == null}", max: 3, body: one("a") })
      .parallel("both", { left: one("a"), right: one("b") })
      .try("try", { body: one("a"), catch: one("b"), finally: one("c") });
    const nodes = [...walk(definition)].filter((found) => found.definition.kind === "node").map(({ path }) => path);
    const replaced = ({ path }: TestNodeContext) => {
      if (path === "main.try.try.n") throw new Error("so that it is caught");
      return { value: "replaced" };
    };
    const run = await testAgent(definition, { nodes: Object.fromEntries(nodes.map((path) => [path, replaced])) }).run();
    run.expectCompleted();
    expect(run.nodes.map(({ path, outcome }) => `${path} ${JSON.stringify(outcome)}`)).toEqual(
      [
        "sub",
        "yes.is_true",
        "no.is_false",
        "case.x",
        "other.otherwise",
        "map.iter_0",
        "while.iter_0",
        "both.left",
        "both.right",
        "try.try",
        "try.catch",
        "try.finally",
      ].map((place) => `main.${place}.n ${place === "try.try" ? undefined : '{"value":"replaced"}'}`),
    );
  });
});

describe("the workspace of a test", () => {
  it("starts from files, and is there no more when the run is over", async () => {
    const definition = flow("main").node("write", write({ path: "b.txt", content: "b" }));
    const run = await testAgent(definition, { files: { "a/a.txt": "a", "bytes.bin": Uint8Array.of(255) } }).run();
    expect(run.files).toEqual({ "a/a.txt": "a", "b.txt": "b", "bytes.bin": Uint8Array.of(255) });
    expect(run.changes).toEqual([{ path: "b.txt", kind: "added" }]);
    expect(existsSync(run.expectCompleted().write.directory)).toBe(false);
  });

  it("starts from the files of a directory", async () => {
    const run = await testAgent(flow("main").node("a", echo({ value: 1 })), { files: new URL("../", import.meta.url) }).run();
    expect(run.files["src/test-agent.test.ts"]).toContain("starts from the files of a directory");
    expect(run.changes).toEqual([]);
  });

  it("shows each commit, and who made it", async () => {
    const definition = flow("main")
      .node("first", write({ path: "a.txt", content: "1", message: "Add a" }))
      .node("second", write({ path: "a.txt", content: "2" }));
    const { commits } = await testAgent(definition).run();
    expect(commits).toMatchObject([
      { node: "main.first", subject: "Add a", changes: [{ path: "a.txt", kind: "added" }] },
      { node: undefined, changes: [{ path: "a.txt", kind: "modified" }] },
    ]);
  });
});

describe("a node of a run", () => {
  const definition = flow("main", { variables: { topic: "cats" } })
    .node("ask", ask({ prompt: "Tell of $var{topic}" }), { retry: { attempts: 3 } })
    .conditional("more", { condition: false, isTrue: flow("then").node("never", echo({ value: 1 })) })
    .node("given", echo({ value: null }));
  const models = () => ({ writer: scriptedModel([new DadError("MODEL_UNAVAILABLE", "down", { retryable: true }), "Cats purr."]) });
  const inputs = { "main.given": { value: 3 } };

  it("tells what it was told, gave, kept and used", async () => {
    const run = await testAgent(definition, { models: models(), inputs }).run();
    const node = run.node("main.ask");
    expect(node).toMatchObject({ status: "completed", attempts: 2, settings: { prompt: "Tell of cats" }, input: undefined, error: undefined });
    node.expectOutcome({ text: "Cats purr." });
    expect(node.outcome).toEqual({ text: "Cats purr." });
    expect(node.usage).toMatchObject({ inputTokens: 0, costUsd: 0, recorded: { calls: 1, inputTokens: 1, outputTokens: 1 } });
    expect(node.artifacts).toEqual(["input", "state", "answer", "outcome", "result"]);
    expect(node.artifact("state").json()).toEqual({ prompt: "Tell of cats" });
    expect(node.artifact("answer")).toMatchObject({ name: "answer", mediaType: "text/plain; charset=utf-8" });
    expect(node.artifact("answer").bytes()).toEqual(new TextEncoder().encode("Cats purr."));
    expect(run.node("main.given")).toMatchObject({ input: { value: 3 }, outcome: { value: 3 }, usage: undefined });
  });

  it("says what there is, when it is asked for what there is not", async () => {
    const run = await testAgent(definition, { models: models(), inputs }).run();
    expect(() => run.node("main.aks")).toThrow(/^"main\.aks" is not there in flow "main"; did you mean "main\.ask"\?/);
    expect(() => run.node("main.ask").artifact("anser")).toThrow(
      /node main\.ask is completed, and kept no artifact "anser"; did you mean "answer"\?/,
    );
    expect(() => run.node("main.ask").expectOutcome({ text: "Dogs bark." })).toThrow(expect.objectContaining({ name: "AssertionError" }));
    const never = run.node("main.more.is_true.never");
    expect(never).toMatchObject({ status: undefined, attempts: 0, outcome: undefined, artifacts: [] });
    expect(() => never.expectOutcome({ value: 1 })).toThrow("the run did not come to node main.more.is_true.never, and gave nothing");
  });

  it("of a loop is that of one iteration", async () => {
    const loop = flow("main").forEach("each", { items: [1, 2], body: flow("body").node("n", echo({ value: "$expr{item}" })) });
    const run = await testAgent(loop).run();
    run.node("main.each.iter_1.n").expectOutcome({ value: 2 });
    expect(() => run.node("main.each.iter_*.n")).toThrow("main.each.iter_*.n is every iteration: say which, as main.each.iter_0.n");
  });
});
