import { type Command, InvalidArgumentError } from "commander";
import type { TracePushFlags } from "../actions/trace-push.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

/** `dad trace …` */
export function declareTrace(program: Command, finish: Finish): void {
  const trace = program
    .command("trace")
    .summary("send what a run told of itself elsewhere")
    .description("Sends what a run told of itself elsewhere.");
  trace
    .command("push")
    .summary("send spans, metrics and logs of a run to an OpenTelemetry receiver")
    .description(
      "Sends the spans, metrics and logs in the files of a run to a receiver of OTLP over HTTP, such as an OpenTelemetry Collector, by http/json: also of a run that goes on, or was killed, or whose receiver was down. What is sent twice is there twice, if the receiver does not notice.",
    )
    .argument("<run>", "the id of the run")
    .option(
      "--otlp <url>",
      "the receiver, as in http://localhost:4318: /v1/traces and the like are added (default: what observability of the nearest dad.config says, or else the variables OTEL_EXPORTER_OTLP_*; headers of theirs are only sent there)",
    )
    .option("--header <name=value>", "send this along with each request; repeatable", append)
    .option("--signal <names>", "only these, with commas: traces, metrics, logs", signals)
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--json", "print what arrived as one JSON object")
    .addHelpText("after", EXAMPLES)
    .action(async (runId: string, flags: TracePushFlags) => {
      const { tracePush } = await import("../actions/trace-push.ts");
      finish(await tracePush(runId, flags));
    });
  for (const command of trace.commands) command.showHelpAfterError(`(dad trace ${command.name()} --help shows what it takes)`);
}

function append(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}

const SIGNALS = ["traces", "metrics", "logs"] as const;

function signals(given: string, before: TracePushFlags["signal"] = []): NonNullable<TracePushFlags["signal"]> {
  const names = given.split(",").map((name) => name.trim());
  const known = SIGNALS.filter((signal) => names.includes(signal));
  if (known.length !== new Set(names).size) throw new InvalidArgumentError(`There are ${SIGNALS.join(", ")}.`);
  return [...before, ...known];
}

const EXAMPLES = `
Examples:
  dad trace push run_20261122_073443_1f9c2a --otlp http://localhost:4318
  dad trace push run_20261122_073443_1f9c2a --otlp https://otel.example.com --header "authorization=Bearer $TOKEN" --signal traces`;
