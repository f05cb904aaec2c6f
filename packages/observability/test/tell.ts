import { writeSync } from "node:fs";
import { join } from "node:path";
import { type Observability, traced } from "@dad/observability";
import { jsonlObservability } from "@dad/observability/jsonl";
import type { Context } from "@opentelemetry/api";

/**
 * Tells of several runs at the same time until it is killed, or ends itself. Prints a line for each span that has ended and each log
 * record, after that call has returned. Arguments: directory, how many runs, after how many spans it ends, and how.
 */
const [root = "", runs = "", spans = "", how = ""] = process.argv.slice(2);
let left = Number(spans);

function said(run: string, what: string): void {
  writeSync(1, `${run} ${what}\n`);
}

function ended(run: string, spanId: string): void {
  said(run, spanId);
  left -= 1;
  if (left > 0) return;
  if (how === "exit") process.exit(3);
  if (how === "throw") queueMicrotask(() => thrown());
}

function thrown(): never {
  throw new Error("nobody catches this");
}

async function work(run: string, observability: Observability, parent?: Context): Promise<void> {
  const depth = parent ? 2 : 0;
  const id = await traced(observability, { name: `node of ${run}`, attributes: { run }, ...(parent && { parent }) }, async (inside, span) => {
    observability.meter.createCounter("nodes").add(1, { run });
    for (let index = 0; index < 3; index++) {
      const child = observability.tracer.startSpan(`chat of ${run}`, { attributes: { run } }, inside);
      const body = `${child.spanContext().spanId} says`;
      observability.logger.emit({ body, context: inside });
      said(run, body);
      if (index === 1) await new Promise(setImmediate);
      child.end();
      ended(run, child.spanContext().spanId);
    }
    if (depth === 0) await Promise.all([work(run, observability, inside), work(run, observability, inside)]);
    return span.spanContext().spanId;
  });
  ended(run, id);
}

async function forEver(run: string): Promise<void> {
  const observability = jsonlObservability({
    directory: join(root, run),
    origin: { resource: { "dad.run.id": run }, scope: { name: "test" } },
  });
  for (;;) await work(run, observability);
}

await Promise.all(Array.from({ length: Number(runs) }, (_, index) => forEver(`run${index}`)));
