import { recordingObservability } from "@dad/observability";
import { jsonlSink } from "@dad/observability/jsonl";

/** Tells of 200 spans, more than the files may have. Prints how many lines were lost, and what the trouble was. Argument: directory. */
const [directory = ""] = process.argv.slice(2);
const codes: unknown[] = [];
const onTrouble = ({ code, cause }: { readonly code: string; readonly cause?: unknown }) => codes.push(code, (cause as NodeJS.ErrnoException).code);
const sink = jsonlSink({ directory, origin: { resource: {}, scope: { name: "test" } }, onTrouble });
await using observability = recordingObservability([sink]);
for (let index = 0; index < 200; index++) observability.tracer.startSpan(`span ${index}`, { attributes: { text: "x".repeat(index) } }).end();
console.log(JSON.stringify({ lost: sink.lost, codes }));
