import type { NodeContext } from "@dad/agent";
import type { RecordedSpan } from "@dad/observability";
import { addUsage, type Json, NO_USAGE, type RecordedEvent, type Usage } from "@dad/protocol";
import type { ModelResource } from "@dad/resources";
import { staticResourceRegistry } from "@dad/resources/static";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endOf } from "./testing-crash.ts";
import { cutOf, execute } from "./testing-executions.ts";
import { type PaidCall, paidModel } from "./testing-models.ts";
import { definitionOf, planWorld, anyPlan } from "./testing-plans.ts";
import { nodesOf, orderOf, startsOf } from "./testing-order.ts";
import { rerunStage } from "./testing-rerun.ts";
import { type Told, toldPorts } from "./testing-telemetry.ts";
import { question } from "./testing-waiting.ts";

/** What an execution told, and what it put on record. */
interface Measured extends Pick<Told, "metrics" | "spans"> {
  /** What was on record before. */
  readonly before: readonly RecordedEvent[];
  readonly added: readonly RecordedEvent[];
}

const NODE = ["dad.node.type", "dad.node.status", "dad.node.decision", "error.type"];
/** By metric, the attribute of spans that says the same, and what it is on record. */
const USED = {
  "gen_ai.client.inference.usage.input_tokens": ["gen_ai.usage.input_tokens", ({ inputTokens }: Usage) => inputTokens],
  "gen_ai.client.inference.usage.output_tokens": ["gen_ai.usage.output_tokens", ({ outputTokens }: Usage) => outputTokens],
  "dad.cost.usd": ["dad.cost.usd", ({ costUsd }: Usage) => costUsd ?? Number.NaN],
  "dad.usage.recorded.calls": ["dad.usage.recorded.calls", ({ recorded }: Usage) => recorded?.calls ?? 0],
  "dad.usage.recorded.output_tokens": ["dad.usage.recorded.output_tokens", ({ recorded }: Usage) => recorded?.outputTokens ?? 0],
} as const;

const sum = (values: readonly unknown[]) => values.reduce<number>((total, value) => total + Number(value ?? 0), 0);
const isCall = ({ attributes }: RecordedSpan) => attributes["gen_ai.operation.name"] === "chat";
const isAttempt = ({ attributes }: RecordedSpan) => attributes["dad.node.attempt"] !== undefined;

function measuredBy({ metrics, spans }: Measured) {
  const of = (wanted: string) => metrics.filter(({ name }) => name === wanted);
  const all = (wanted: string) => sum(of(wanted).map(({ value }) => value));
  const said = (by: (span: RecordedSpan) => boolean, name: string) => sum(spans.filter(by).map(({ attributes }) => attributes[name]));
  return {
    nodes: of("dad.node.duration")
      .map(({ attributes }) => String(NODE.map((name) => attributes[name])))
      .sort(),
    reused: all("dad.node.reused"),
    retries: all("dad.node.retries"),
    used: Object.entries(USED).map(([name, [attribute]]) => [name, all(name), said(isCall, attribute), said(isAttempt, attribute)]),
    runs: of("gen_ai.invoke_workflow.duration").filter(({ attributes }) => attributes["gen_ai.workflow.name"] === "main").length,
    waits: of("dad.input.wait.duration").length,
  };
}

type End = Extract<RecordedEvent, { readonly type: "node.completed" | "node.failed" }>;
const isEnd = (event: RecordedEvent): event is End => /^node\.(completed|failed|cancelled|parked)$/.test(event.type);
const isWaitOver = ({ type }: RecordedEvent) => type === "input.answered" || type === "input.cancelled";

/** Attempts after one of the same node that had ended. What goes on after a wait, or after the run was killed, is none. */
function retriesIn({ before, added }: Measured): number {
  const last = new Map<string, string>();
  let retries = 0;
  for (const [at, event] of [...before, ...added].entries()) {
    if (!isEnd(event) && event.type !== "node.started") continue;
    if (at >= before.length && event.type === "node.started" && /completed|failed|cancelled/.test(last.get(event.path) ?? "")) retries += 1;
    last.set(event.path, event.type);
  }
  return retries;
}

function onRecord(measured: Measured): ReturnType<typeof measuredBy> {
  const { added } = measured;
  const ends = added.filter(isEnd);
  const own = ends.filter(({ origin }) => origin === undefined);
  const used = own.reduce((total, { usage = NO_USAGE }) => addUsage(total, usage), NO_USAGE);
  const statusOf = ({ type }: RecordedEvent) => (type === "node.parked" ? "waiting" : type.slice("node.".length));
  return {
    nodes: own.map((end) => String(["planned", statusOf(end), "executed", end.type === "node.failed" ? end.error.code : undefined])).sort(),
    reused: ends.length - own.length,
    retries: retriesIn(measured),
    used: Object.entries(USED).map(([name, [, of]]) => [name, of(used), of(used), of(used)]),
    runs: added.length > 0 ? 1 : 0,
    waits: added.filter(isWaitOver).length,
  };
}

const anyCall = fc.record({
  tokens: fc.nat(9),
  usd: fc.constantFrom(0, 0.25, 0.5),
  fails: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.constant(true)),
});
const calls = fc.func(anyCall) as fc.Arbitrary<(call: number) => PaidCall>;
const asked = fc.func(fc.array(fc.constantFrom("paid", "recorded"), { maxLength: 2 })) as fc.Arbitrary<(path: string, attempt: number) => string[]>;

function modelsThat(uses: (call: number) => PaidCall) {
  const { model: paid } = paidModel({ uses });
  const { model } = paidModel({ uses });
  const recorded: ModelResource = { ...model, capabilities: { ...model.capabilities, recorded: true } };
  return staticResourceRegistry({ profiles: { default: { models: { paid, recorded } } } }).profile();
}

async function ask({ path, attempt, resources, signal }: NodeContext, asked: (path: string, attempt: number) => readonly string[]): Promise<Json> {
  for (const model of asked(path, attempt)) await resources.get("model", model).generate({ messages: [{ role: "user", content: "?" }] }, { signal });
  return null;
}

const doing = { uses: calls, asked, ticks: fc.func(fc.nat(2)) as fc.Arbitrary<() => number> };

describe("what a run measures", () => {
  it("is what its record says, of each execution, also of one that is killed afterwards", async () => {
    const cuts = fc.array(fc.option(fc.noBias(fc.integer({ min: 0, max: 99 })), { freq: 1 }), { maxLength: 3 });
    const executing = fc.record({ plan: anyPlan({ failures: "everywhere" }), ...doing });
    await fc.assert(
      fc.asyncProperty(executing, cuts, async ({ plan, ticks, uses, asked }, shares) => {
        const within = async (context: NodeContext) => {
          await ask(context, asked);
          return context.path.endsWith(".c") ? await context.input(question("sure")) : null;
        };
        let record: readonly RecordedEvent[] = [];
        for (const share of [null, ...shares]) {
          const before = share === null ? record : cutOf(record, share);
          const { told, added } = await execute(before, { plan, ticks, within, resources: modelsThat(uses) });
          const measured = { ...told, before, added };
          expect(measuredBy(measured)).toEqual(onRecord(measured));
          record = [...before, ...added];
        }
      }),
      { numRuns: 10 },
    );
  });

  it("is what the records of a run and of a re-run that reuses some of it say", async () => {
    const executing = fc.record({ plan: anyPlan({ failures: "caught" }), ...doing });
    await fc.assert(
      fc.asyncProperty(executing, fc.nat(), async ({ plan, ticks, uses, asked }, start) => {
        const { told, ports } = toldPorts();
        const on = rerunStage({ ports: { ...ports, resources: modelsThat(uses) } });
        const definition = definitionOf(plan, planWorld({ ticks, within: (context) => ask(context, asked) }));
        await endOf(on.run(definition));
        const [metrics, spans] = [[...told.metrics], [...told.spans]];
        const starts = startsOf(nodesOf(orderOf(plan)));
        const from = starts[start % starts.length];
        // Not from what the first run did not come to.
        await on.rerun(definition, { ...(from === undefined ? {} : { from }), allow: { failed: true } }).catch(() => undefined);
        const after = { metrics: told.metrics.slice(metrics.length), spans: told.spans.slice(spans.length) };
        const first = { metrics, spans, before: [], added: await on.events() };
        const second = { ...after, before: [], added: await on.events("r2").catch(() => []) };
        expect([measuredBy(first), measuredBy(second)]).toEqual([onRecord(first), onRecord(second)]);
      }),
      { numRuns: 16 },
    );
  });
});
