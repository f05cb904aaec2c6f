/**
 * What it costs to keep what a run tells, as ratios of CPU time to a span of the SDK's TracerProvider with a processor that does nothing
 * (8 attributes, a parent). Each kind of work has processes of its own, by turns, because a run pays for code that is not warm yet: the
 * first 3,000 of a process, and what one costs later on. Target: at most 2.5 for a span of `/jsonl`, of both.
 * Usage: `span-cost.ts [rounds]`.
 */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Observability, redacted, type TelemetryOrigin } from "@dad/observability";
import { jsonlObservability } from "@dad/observability/jsonl";
import { redactor } from "@dad/secrets";
import { type Context, ROOT_CONTEXT, SeverityNumber, trace, type Tracer } from "@opentelemetry/api";
import { type SpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { inDirectory } from "./measure.ts";

const FIRST = 3_000;
const LATER = 20;

const origin: TelemetryOrigin = {
  resource: { "service.name": "coder", "service.version": "1.0.0", "dad.run.id": "run_20261126_101112" },
  scope: { name: "@dad/runner", version: "0.1.0" },
};
const attributes = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-x",
  "gen_ai.usage.input_tokens": 1_234,
  "gen_ai.usage.output_tokens": 56,
  "dad.node.path": "coder.implement.plan",
  "dad.node.attempt": 1,
  "dad.cost.usd": 0.0123,
};
const nothing: SpanProcessor = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };

type Work = () => void;

function spans(tracer: Tracer): Work {
  const parent: Context = trace.setSpan(ROOT_CONTEXT, tracer.startSpan("invoke_agent coder"));
  return () => tracer.startSpan("chat gpt-x", { attributes }, parent).end();
}

function logs({ tracer, logger }: Observability): Work {
  const context = trace.setSpan(ROOT_CONTEXT, tracer.startSpan("invoke_agent coder"));
  return () => logger.emit({ severityNumber: SeverityNumber.INFO, severityText: "INFO", body: "The plan has 3 steps.", attributes, context });
}

function measurements({ meter }: Observability): Work {
  const counter = meter.createCounter("gen_ai.client.inference.usage.input_tokens");
  return () => counter.add(12, { "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.token.modality": "text" });
}

const keys = Array.from({ length: 20 }, (_, at) => ({ name: `env:KEY_${at}`, value: `sk-${randomBytes(24).toString("base64url")}` }));
const files = (directory: string) => jsonlObservability({ directory: join(directory, "run"), origin });
const clean = (directory: string) => redacted(files(directory), redactor(keys));

const WORKS: Readonly<Record<string, (directory: string) => Work>> = {
  "a span, SDK, no-op processor": () => spans(new TracerProvider({ spanProcessors: [nothing] }).getTracer("bench")),
  "a span, /jsonl": (directory) => spans(files(directory).tracer),
  "a span, /jsonl, 20 secrets taken out": (directory) => spans(clean(directory).tracer),
  "a log record, /jsonl": (directory) => logs(files(directory)),
  "a log record, /jsonl, 20 secrets taken out": (directory) => logs(clean(directory)),
  "counter.add, /jsonl": (directory) => measurements(files(directory)),
};

/** Of one piece of work, in microseconds of user and system time. */
function cpu(work: Work): number {
  const before = process.cpuUsage();
  for (let done = 0; done < FIRST; done++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / FIRST;
}

/** In this process: what one of the first costs, and one later on where nobody else is at work. */
async function measured(make: (directory: string) => Work): Promise<readonly [first: number, later: number]> {
  return inDirectory(async (directory) => {
    const work = make(directory);
    const first = cpu(work);
    let later = Infinity;
    for (let round = 0; round < LATER; round++) {
      // Control goes back between the rounds, as it does in a run.
      await new Promise(setImmediate);
      later = Math.min(later, cpu(work));
    }
    return [first, later];
  });
}

function inProcesses(rounds: number): void {
  const found = new Map<string, (readonly [number, number])[]>();
  for (let round = 0; round < rounds; round++)
    for (const name of Object.keys(WORKS)) {
      const said = execFileSync(process.execPath, ["--conditions=@dad/source", import.meta.filename, "--in-this-process", name], {
        encoding: "utf8",
      });
      found.set(name, [...(found.get(name) ?? []), JSON.parse(said) as [number, number]]);
    }
  let [firstFloor, laterFloor] = [Number.NaN, Number.NaN];
  for (const [name, costs] of found) {
    const [first, later] = [0, 1].map((at) => Math.min(...costs.map((cost) => cost[at] ?? Number.NaN))) as [number, number];
    if (Number.isNaN(firstFloor)) [firstFloor, laterFloor] = [first, later];
    const ratio = (cost: number, floor: number) => `${cost.toFixed(2).padStart(6)} us  ${(cost / floor).toFixed(2)} x`;
    console.log(`${name.padEnd(44)} of the first ${ratio(first, firstFloor)}   later ${ratio(later, laterFloor)}`);
  }
}

const [how, name = ""] = process.argv.slice(2);
const make = WORKS[name];
if (how === "--in-this-process" && make) {
  console.log(JSON.stringify(await measured(make)));
  process.exit();
} else inProcesses(Number(how ?? 5));
