import { join } from "node:path";
import { localStore } from "@dad/local";
import { otlpFromEnv, type OtlpEndpoint, pushTelemetry, type Signal, signalUrl } from "@dad/observability-otlp";
import type { PushReport } from "@dad/protocol";
import { jsonText, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { TelemetryMissingError, UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { findRunRootThere } from "../project/find-project.ts";
import { findRun } from "../project/find-run.ts";
import { leaving } from "../terminal/leaving.ts";

export interface TracePushFlags {
  readonly otlp?: string;
  /** `name=value`. */
  readonly header?: readonly string[];
  readonly signal?: readonly Signal[];
  readonly runRoot?: string;
  readonly json?: true;
}

/** Sends the telemetry of a run to a receiver, and says what arrived. */
export async function tracePush(given: string, flags: TracePushFlags): Promise<number> {
  const endpoints = endpointsFor(flags);
  offerOwnPackages();
  const runRoot = await findRunRootThere({ cwd: process.cwd(), runRoot: flags.runRoot });
  await using store = localStore({ runRoot });
  const { runId } = await findRun(store, given);
  using leave = leaving();
  const directory = join(runRoot, runId, ".trace");
  const pushed = await pushTelemetry({ directory, endpoints, signal: leave.signal }).catch((error: unknown) => {
    if (!leave.signal.aborted) throw error;
  });
  if (!pushed) {
    process.stderr.write("stopped: not everything was sent\n");
    return EXIT.cancelled;
  }
  const report: PushReport = { format: "dad.push/1", runId, ...pushed };
  if (report.unfinished.length === 0 && report.signals.every(isEmpty)) throw new TelemetryMissingError(runId, directory);
  process.stdout.write(flags.json ? jsonText(report) : pushText(visible(report)));
  return report.signals.some(({ rejected, damaged }) => rejected > 0 || damaged.length > 0) ? EXIT.failed : EXIT.done;
}

function isEmpty({ sent, damaged, torn }: PushReport["signals"][number]): boolean {
  return sent === 0 && damaged.length === 0 && !torn;
}

/** Where each signal goes. @throws UsageError (`USAGE_INVALID`) where nobody says it. */
function endpointsFor({ otlp, header = [], signal = ["traces", "metrics", "logs"] }: TracePushFlags): Partial<Record<Signal, OtlpEndpoint>> {
  const env = otlpFromEnv(process.env);
  if (otlp === undefined) checkVariables(env.warnings);
  const headers = Object.fromEntries(header.map(headerOf));
  return Object.fromEntries(signal.map((name) => [name, endpointOf(name, { env: env[name], otlp, headers })]));
}

const ENDPOINT = /OTEL_EXPORTER_OTLP_(?:[A-Z]+_)?ENDPOINT/;

function checkVariables(warnings: readonly string[]): void {
  const wrong = warnings.find((text) => ENDPOINT.test(text) || text.includes("grpc is not supported"));
  if (wrong !== undefined) throw new UsageError(wrong);
  if (!Object.entries(process.env).some(([name, value]) => ENDPOINT.test(name) && value?.trim())) {
    throw new UsageError("say where to: --otlp http://localhost:4318, or OTEL_EXPORTER_OTLP_ENDPOINT");
  }
  for (const warning of warnings.filter((text) => text.includes("OTEL_EXPORTER_OTLP_"))) process.stderr.write(`warning: ${warning}\n`);
}

interface Said {
  readonly env: OtlpEndpoint;
  readonly otlp: string | undefined;
  /** Those that the person wrote. */
  readonly headers: Readonly<Record<string, string>>;
}

function endpointOf(signal: Signal, { env, otlp, headers }: Said): OtlpEndpoint {
  if (otlp === undefined) return { ...env, headers: { ...env.headers, ...headers } };
  const url = signalUrl(otlp, signal);
  if (url === undefined) throw new UsageError("--otlp is no URL that begins with http:// or https://");
  // The headers of the environment are keys for the receiver of the environment.
  return { ...env, url, headers };
}

/** What is wrong is not quoted: it may be a key. */
function headerOf(given: string): readonly [string, string] {
  const [name = "", value] = given.split(/\s*=\s*(.*)/s, 2);
  if (value === undefined || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
    throw new UsageError("--header is not name=value with a name that headers have");
  if (/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) return [name, value];
  throw new UsageError(`--header: the value of ${name} has characters that headers do not have`);
}

const WORDS: Readonly<Record<Signal, readonly [string, string]>> = {
  traces: ["span", "spans"],
  metrics: ["state of an instrument", "states of instruments"],
  logs: ["log record", "log records"],
};

function pushText({ runId, signals, unfinished }: PushReport): string {
  const lines = signals.flatMap(({ signal, url, sent, rejected, reason, damaged, torn }) => [
    `  ${String(sent).padStart(7)} ${WORDS[signal][sent === 1 ? 0 : 1]} to ${url}${rejected > 0 ? `, of which ${reason ?? `it does not keep ${rejected}`}` : ""}`,
    ...(damaged.length > 0 ? [`          not sent, because they cannot be read: ${listed(damaged)}`] : []),
    ...(torn ? ["          the last line is not whole: the run goes on, or was killed at it"] : []),
  ]);
  const open = unfinished.map(({ name }) => name);
  if (open.length > 0)
    lines.push(`  not sent, because they have not ended: ${open.length === 1 ? "the span" : `${open.length} spans:`} ${named(open)}`);
  return [`sent of run ${runId}`, ...lines, ""].join("\n");
}

function listed(numbers: readonly number[]): string {
  return `${numbers.length === 1 ? "line" : "lines"} ${named(numbers.map(String))}`;
}

function named(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
}
