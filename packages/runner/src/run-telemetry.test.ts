import { agent, flow, type NodeContext } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import type { RecordedSpan } from "@dad/observability";
import { DadError } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endOf } from "./testing-crash.ts";
import { anyPlan, definitionOf, planWorld } from "./testing-plans.ts";
import { rerunStage } from "./testing-rerun.ts";
import { failing, inFakeTime, meeting, RUN, stage, untilAborted } from "./testing-run.ts";
import { labelOf, misplaced, open, spanOf, toldPorts, treeOf } from "./testing-telemetry.ts";
import { asking, waitingStage } from "./testing-waiting.ts";

const isFailed = ({ attributes }: RecordedSpan) => attributes["error.type"] !== undefined;
const items = (count: number) => Array.from({ length: count }, (_, at) => at);

describe("the trace of a run", () => {
  it("has a span for each component, block, iteration and attempt, in that which it is in", async () => {
    const { told, ports } = toldPorts();
    const on = stage({ ports });
    on.on("flaky", failing(1, { retryable: true }));
    const definition = agent("main")
      .component("sub", flow("sub").node("flaky", on.step({}), { retry: { attempts: 2, delayMs: 0 } }))
      .map("each", { items: items(2), body: flow("body").node("n", on.step({})) })
      .conditional("if", { condition: true, isTrue: flow("yes").node("y", on.step({})), isFalse: flow("no").node("z", on.step({})) });
    await on.run(definition);
    const [run, main] = ["invoke_workflow main", "invoke_workflow main > main"];
    expect(treeOf(told.spans)).toEqual(
      [
        run,
        main,
        `${main} > main.sub`,
        `${main} > main.sub > main.sub.flaky 1`,
        `${main} > main.sub > main.sub.flaky 2`,
        `${main} > main.each`,
        ...items(2).flatMap((at) =>
          [`main.each.iter_${at}`, `main.each.iter_${at} > main.each.iter_${at}.n 1`].map((step) => `${main} > main.each > ${step}`),
        ),
        `${main} > main.if`,
        `${main} > main.if > main.if.is_true`,
        `${main} > main.if > main.if.is_true > main.if.is_true.y 1`,
      ].sort(),
    );
    expect(told.spans.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "invoke_agent main",
        "invoke_workflow sub",
        "map each",
        "iteration each",
        "conditional if",
        "branch is_true",
        "pure step flaky",
      ]),
    );
    expect(open(told)).toEqual([]);
    expect(spanOf(told, "main.sub.flaky 2").links).toMatchObject([
      { context: { spanId: spanOf(told, "main.sub.flaky 1").spanId }, attributes: { "dad.link.type": "retry_of" } },
    ]);
  });

  it("has the span of the run for a flow that is its root, which says how it went", async () => {
    const { told, ports } = toldPorts();
    const on = stage({ ports });
    await on.run(flow("main").node("a", on.step({ value: 1 })));
    expect(treeOf(told.spans)).toEqual(["invoke_workflow main", "invoke_workflow main > main.a 1"]);
    const { traceId, spanId, attributes } = spanOf(told, "invoke_workflow main");
    expect(attributes).toMatchObject({
      "dad.run.id": RUN,
      "dad.run.status": "completed",
      "gen_ai.workflow.name": "main",
      "dad.isolation.adapter": "process",
    });
    expect(await on.details()).toMatchObject({ traceparent: `00-${traceId}-${spanId}-01` });
    const started = (await on.events()).find(({ type }) => type === "node.started");
    expect(started).toMatchObject({ traceparent: `00-${traceId}-${spanOf(told, "main.a 1").spanId}-01` });
    const [outcome] = (await on.details()).nodes[0]?.artifacts.filter(({ name }) => name === "outcome") ?? [];
    expect(spanOf(told, "main.a 1").attributes).toMatchObject({
      "dad.node.type": "pure step",
      "dad.node.status": "completed",
      "dad.node.decision": "executed",
      "dad.artifact.outcome.digest": outcome?.digest,
      "dad.artifact.outcome.uri": outcome?.path,
    });
  });

  it("is the tree of the elements of any flow, each span in the time of that which it is in, and none left open", async () => {
    const ticks = fc.func(fc.nat(3)) as fc.Arbitrary<() => number>;
    await fc.assert(
      fc.asyncProperty(anyPlan({ failures: "everywhere" }), ticks, async (plan, given) => {
        const { told, ports } = toldPorts();
        const on = stage({ ports });
        await endOf(on.run(definitionOf(plan, planWorld({ ticks: given }))));
        const expected = new Set(["invoke_workflow main"]);
        for (const event of await on.events()) {
          if (event.type === "component.started" && event.path.includes(".")) expected.add(event.path);
          else if (event.type === "node.started") expected.add(`${event.path} ${event.attempt}`);
        }
        expect(told.spans.map(labelOf).sort()).toEqual([...expected].sort());
        expect(open(told)).toEqual([]);
        expect(misplaced(told.spans)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it("says what failed, and of which kind, with the type of the error alone", async () => {
    const { told, ports } = toldPorts();
    const on = stage({ ports });
    on.on("bad", () => {
      throw new DadError("BROKEN", "with what somebody said");
    });
    await expect(on.run(flow("main").component("f", flow("f").node("bad", on.step({}))))).rejects.toMatchObject({ code: "NODE_FAILED" });
    const failed = told.spans.filter(isFailed);
    expect(failed.map((span) => [labelOf(span), span.attributes["error.type"]])).toEqual([
      ["main.f.bad 1", "BROKEN"],
      ["main.f", "NODE_FAILED"],
      ["invoke_workflow main", "NODE_FAILED"],
    ]);
    expect(JSON.stringify(told.spans)).not.toContain("somebody said");
    expect(told.logs.find(({ eventName }) => eventName === "dad.node.failed")).toMatchObject({
      severityText: "ERROR",
      spanId: spanOf(told, "main.f.bad 1").spanId,
      attributes: { "error.type": "BROKEN", "exception.message": "with what somebody said" },
    });
  });

  it("does not quote what a model said in why it failed, unless that may be told", async () => {
    const told = async (messages: boolean) => {
      const { told, ports } = toldPorts();
      const capture = { messages, input: [], output: [], maxLength: 100 };
      const on = stage({ ports: { ...ports, observability: { ...ports.observability, capture } } });
      on.on("ask", () => {
        throw new DadError("MODEL_REPLY_INVALID", "it is no JSON; it begins: somebody said");
      });
      await expect(on.run(flow("main").node("ask", on.step({})))).rejects.toMatchObject({ code: "NODE_FAILED" });
      return told.logs;
    };
    const without = await told(false);
    expect(JSON.stringify(without)).not.toContain("somebody said");
    expect(without.map(({ body }) => body)).toEqual(expect.arrayContaining(["node main.ask failed: MODEL_REPLY_INVALID", "run failed: NODE_FAILED"]));
    expect((await told(true)).filter(({ attributes }) => /somebody said/.test(String(attributes["exception.message"])))).toHaveLength(3);
  });

  it("ends when the run is cancelled, or nobody says how it ended", async () => {
    const { told, ports } = toldPorts();
    const on = stage({ ports });
    const cancel = new AbortController();
    on.on("slow", (context) => (cancel.abort(), untilAborted(context)));
    await expect(on.run(flow("main").node("slow", on.step({})), { signal: cancel.signal })).rejects.toMatchObject({ name: "AbortError" });
    expect(open(told)).toEqual([]);
    expect(spanOf(told, "invoke_workflow main")).toMatchObject({ status: { code: 0 }, attributes: { "dad.run.status": "cancelled" } });
    const journals = {
      ...ports.journals,
      create: async (...given: Parameters<typeof ports.journals.create>) => {
        const journal = await ports.journals.create(...given);
        return {
          ...journal,
          append: (draft: Parameters<typeof journal.append>[0], options?: Parameters<typeof journal.append>[1]) =>
            draft.type === "node.started" || draft.type.startsWith("run.f")
              ? Promise.reject(new DadError("RUN_TAKEN_OVER", "it was"))
              : journal.append(draft, options),
        };
      },
    };
    await endOf(stage({ ports: { ...ports, journals } }).run(flow("main").node("a", on.step({})), { as: "other" }));
    expect(open(told)).toEqual([]);
    expect(spanOf(told, "invoke_workflow main").attributes).toMatchObject({ "dad.run.id": "other", "dad.run.status": "interrupted" });
    expect(told.metrics.filter(({ name }) => name === "gen_ai.invoke_workflow.duration").map(({ attributes }) => attributes["error.type"])).toEqual([
      undefined,
      "RUN_INTERRUPTED",
    ]);
  });

  it("has nothing of an attempt that the run went on without, and ends what that had begun", async () => {
    await inFakeTime(async (clock) => {
      const { told, ports } = toldPorts();
      const on = stage({ ports, engine: inlineEngine({ clock }) });
      const cancel = new AbortController();
      const { promise, resolve } = Promise.withResolvers<NodeContext>();
      on.on("deaf", (context) => {
        context.observability.tracer.startSpan("endless");
        context.log.info("heard");
        resolve(context);
        cancel.abort();
        return new Promise(() => undefined);
      });
      await expect(on.run(flow("main").node("deaf", on.step({})), { signal: cancel.signal })).rejects.toMatchObject({ code: "ATTEMPT_ABANDONED" });
      const context = await promise;
      const { spanId } = spanOf(told, "main.deaf 1");
      expect(open(told)).toEqual([]);
      expect(spanOf(told, "endless")).toMatchObject({ parentSpanId: spanId, status: { code: 2 } });
      expect(told.logs.find(({ body }) => body === "heard")).toMatchObject({ spanId, attributes: { "dad.node.path": "main.deaf" } });
      const before = [told.started.length, told.logs.length];
      context.log.error("late");
      context.observability.logger.emit({ body: "late" });
      context.observability.tracer.startSpan("late").end();
      expect([told.started.length, told.logs.length]).toEqual(before);
    });
  });
});

describe("a run that goes on", () => {
  it("has a new span that is linked to the one before, also of the node that goes on and all around it", async () => {
    const { told, ports } = toldPorts();
    const { step, on, run, resume, answer, details } = waitingStage({ ports });
    on("ask", asking("approve"));
    const definition = agent("main")
      .node("a", step({}))
      .component("sub", flow("sub").node("ask", step({})).node("b", step({})));
    await expect(run(definition)).rejects.toMatchObject({ code: "RUN_WAITING" });
    expect(open(told)).toEqual([]);
    const [parked, asked] = [spanOf(told, "invoke_workflow main"), spanOf(told, "main.sub.ask 1")];
    expect(parked).toMatchObject({ status: { code: 0 }, attributes: { "dad.run.status": "waiting" } });
    expect(asked).toMatchObject({ status: { code: 0 }, attributes: { "dad.node.status": "waiting", "dad.input.id": ["main.sub.ask:approve"] } });
    const before = told.spans.length;
    await answer("main.sub.ask:approve", true);
    await resume(definition);
    expect(open(told)).toEqual([]);
    const main = "invoke_workflow main > main";
    expect(treeOf(told.spans.slice(before))).toEqual([
      "invoke_workflow main",
      main,
      `${main} > main.sub`,
      `${main} > main.sub > main.sub.ask 2`,
      `${main} > main.sub > main.sub.b 1`,
    ]);
    const goesOn = { "dad.link.type": "continued_from" };
    expect(spanOf(told, "invoke_workflow main").links).toMatchObject([
      { context: { spanId: parked.spanId, traceId: parked.traceId }, attributes: goesOn },
    ]);
    expect(spanOf(told, "main.sub.ask 2").links).toMatchObject([{ context: { spanId: asked.spanId }, attributes: goesOn }]);
    expect((await details()).traceparent).toContain(spanOf(told, "invoke_workflow main").spanId);
    expect(told.metrics.filter(({ name }) => name === "dad.input.wait.duration")).toHaveLength(1);
    // Of the run, the agent and the flow in it, each part is measured.
    const durations = told.metrics
      .filter(({ name }) => /^gen_ai.invoke_.*.duration$/.test(name))
      .map(({ attributes }) => Object.values(attributes).join());
    expect(durations.sort()).toEqual(["main", "main", "main", "main", "sub", "sub"]);
  });
});

describe("a re-run", () => {
  it("is linked to the run that it was made from, and what it reuses to where that was executed", async () => {
    const { told, ports } = toldPorts();
    const on = rerunStage({ ports });
    const definition = (value: number) => flow("main").node("a", on.step({})).node("b", on.step({ value }));
    await on.run(definition(1));
    const [base, a] = [spanOf(told, "invoke_workflow main"), spanOf(told, "main.a 1")];
    await on.rerun(definition(2));
    await on.rerun(definition(3), { of: "r2" });
    const roots = told.spans.filter(({ name }) => name === "invoke_workflow main");
    expect(roots.map(({ links }) => links.map(({ context, attributes }) => [context.spanId, attributes["dad.link.type"]]))).toEqual([
      [],
      [[base.spanId, "rerun_of"]],
      [[roots[1]?.spanId, "rerun_of"]],
    ]);
    const reused = told.spans.filter((span) => labelOf(span) === "main.a 1" && span.attributes["dad.node.decision"] === "reused");
    expect(reused.map(({ name, links }) => [name, links[0]?.context.spanId, links[0]?.attributes["dad.link.type"]])).toEqual([
      ["pure step a", a.spanId, "reused_from"],
      ["pure step a", a.spanId, "reused_from"],
    ]);
    expect(told.metrics.filter(({ name }) => name === "dad.node.reused")).toHaveLength(2);
    expect(open(told)).toEqual([]);
  });
});

describe("runs at the same time in one process", () => {
  it.each([2, 50])("tell nothing of each other, be they %i", async (count) => {
    const { told, ports } = toldPorts();
    const on = stage({ ports });
    const meet = meeting(count);
    on.on("b", async (context) => {
      context.observability.tracer.startSpan("own", { attributes: { run: context.run.runId } }).end();
      context.log.info(context.run.runId);
      return meet(context);
    });
    const definition = flow("main").node("a", on.step({})).node("b", on.step({}));
    await Promise.all(items(count).map((at) => on.run(definition, { as: `run_${at}` })));
    const traces = Map.groupBy(told.spans, ({ traceId }) => traceId);
    expect(traces.size).toBe(count);
    for (const spans of traces.values()) {
      expect(treeOf(spans)).toEqual(
        ["main", "main > main.a 1", "main > main.b 1", "main > main.b 1 > own"].map((label) => label.replace(/^main/, "invoke_workflow main")),
      );
      const [run] = spans.flatMap(({ attributes }) => attributes["dad.run.id"] ?? []);
      expect(spans.flatMap(({ attributes }) => attributes["run"] ?? [])).toEqual([run]);
      expect(told.logs.filter(({ body }) => body === run).map(({ traceId }) => traceId)).toEqual([spans[0]?.traceId]);
    }
  });
});

describe("what a run tells besides", () => {
  it("are its facts as log records, each where it happened, and no more than was asked for", async () => {
    const { told, ports } = toldPorts({ logs: { level: "info" } });
    const on = stage({ ports });
    on.on("flaky", failing(1, { retryable: true }));
    await on.run(flow("main").node("flaky", on.step({}), { retry: { attempts: 2, delayMs: 0 } }));
    expect(told.logs.map(({ eventName, severityText }) => `${severityText} ${eventName}`)).toEqual([
      "INFO dad.run.started",
      "ERROR dad.node.failed",
      "WARN dad.attempt.retried",
      "INFO dad.node.completed",
      "INFO dad.run.completed",
    ]);
    expect(told.logs.map(({ spanId }) => told.spans.find((span) => span.spanId === spanId)).map((span) => span && labelOf(span))).toEqual([
      "invoke_workflow main",
      "main.flaky 1",
      "invoke_workflow main",
      "main.flaky 2",
      "invoke_workflow main",
    ]);
  });

  it("is measured: runs, agents with their calls, attempts", async () => {
    const { told, ports } = toldPorts();
    const on = stage({ ports });
    on.on("think", ({ observability: { tracer } }) => {
      for (const operation of ["chat", "chat", "execute_tool"])
        tracer.startSpan(operation, { attributes: { "gen_ai.operation.name": operation } }).end();
      return undefined;
    });
    await on.run(agent("main").component("helper", agent("helper").node("think", on.step({}))));
    const measured = (name: string) => told.metrics.filter((metric) => metric.name === name).map(({ value, attributes }) => [value, attributes]);
    const agents = ["helper", "main"].map((name) => ({ "gen_ai.agent.name": name }));
    expect(measured("gen_ai.invoke_agent.inference_calls")).toEqual(agents.map((attributes) => [2, attributes]));
    expect(measured("gen_ai.invoke_agent.tool_calls")).toEqual(agents.map((attributes) => [1, attributes]));
    expect(measured("gen_ai.invoke_agent.duration")).toEqual(agents.map((attributes) => [expect.any(Number), attributes]));
    expect(measured("gen_ai.invoke_workflow.duration")).toEqual([[expect.any(Number), { "gen_ai.workflow.name": "main" }]]);
    expect(measured("dad.node.duration")).toEqual([
      [expect.any(Number), { "dad.node.type": "pure step", "dad.node.status": "completed", "dad.node.decision": "executed" }],
    ]);
  });

  it("has no content of nodes, unless somebody wants some of it", async () => {
    const capture = { messages: false, input: ["/settings/value/text"], output: [""], maxLength: 8 };
    for (const wanted of [undefined, capture]) {
      const { told, ports } = toldPorts({ capture: wanted });
      const on = stage({ ports });
      await on.run(flow("main").node("a", on.step({ value: { text: "a long text", other: "not this" } })));
      const { attributes } = spanOf(told, "main.a 1");
      expect(attributes["dad.node.input.settings.value.text"]).toBe(wanted && "a long t");
      expect(attributes["dad.node.output"]).toBe(wanted && '{"value"');
      expect(attributes["dad.capture.cut"]).toEqual(wanted && ["dad.node.input.settings.value.text", "dad.node.output"]);
      expect(JSON.stringify([told.spans, told.logs])).not.toContain("not this");
    }
  });
});
