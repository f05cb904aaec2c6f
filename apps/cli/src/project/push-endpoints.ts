import { collectorsOf } from "@dad/local";
import { otlpFromEnv, type OtlpEndpoint, type Signal, signalUrl } from "@dad/observability-otlp";
import { UsageError } from "../errors.ts";
import { findObservability } from "./find-project.ts";

/** What the person wrote. */
export interface PushTarget {
  readonly otlp?: string;
  /** `name=value`. */
  readonly header?: readonly string[];
  readonly signal?: readonly Signal[];
}

type Endpoints = Partial<Record<Signal, OtlpEndpoint>>;

const SIGNALS: readonly Signal[] = ["traces", "metrics", "logs"];

/**
 * Where each signal goes: to whom the person says, or else the config of the project, or else the environment.
 *
 * @throws UsageError (`USAGE_INVALID`) where nobody says it.
 */
export async function pushEndpoints({ otlp, header = [], signal = SIGNALS }: PushTarget): Promise<Endpoints> {
  const headers = Object.fromEntries(header.map(headerOf));
  const env = otlpFromEnv(process.env);
  // The headers of the environment are keys for the receiver of the environment.
  if (otlp !== undefined) return Object.fromEntries(signal.map((name) => [name, { ...env[name], url: urlOf(otlp, name), headers }]));
  const settings = await findObservability(process.cwd());
  const written = settings === false ? {} : await collectorsOf(settings);
  const found = signal.flatMap((name) => {
    const endpoint = written[name] ?? (isInEnvironment(name) ? env[name] : undefined);
    return endpoint ? [[name, { ...endpoint, headers: { ...endpoint.headers, ...headers } }] as const] : [];
  });
  if (signal.every((name) => written[name] === undefined)) checkEndpoints(env.warnings);
  if (found.length === 0) throw nowhere();
  for (const warning of env.warnings.filter((text) => text.includes("OTEL_EXPORTER_OTLP_"))) process.stderr.write(`warning: ${warning}\n`);
  return Object.fromEntries(found);
}

function nowhere(): UsageError {
  return new UsageError("say where to: --otlp http://localhost:4318, observability.endpoint of dad.config, or OTEL_EXPORTER_OTLP_ENDPOINT");
}

/** What is wrong with the only place that says where to. */
function checkEndpoints(warnings: readonly string[]): void {
  const wrong = warnings.find((text) => /OTEL_EXPORTER_OTLP_(?:[A-Z]+_)?ENDPOINT/.test(text) || text.includes("grpc is not supported"));
  if (wrong !== undefined) throw new UsageError(wrong);
}

function isInEnvironment(signal: Signal): boolean {
  const names = ["OTEL_EXPORTER_OTLP_ENDPOINT", `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`];
  return names.some((name) => process.env[name]?.trim());
}

function urlOf(otlp: string, signal: Signal): string {
  const url = signalUrl(otlp, signal);
  if (url === undefined) throw new UsageError("--otlp is no URL that begins with http:// or https://, such as http://localhost:4318");
  return url;
}

/** What is wrong is not quoted: it may be a key. */
function headerOf(given: string): readonly [string, string] {
  const [name = "", value] = given.split(/\s*=\s*(.*)/s, 2);
  if (value === undefined || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
    throw new UsageError("--header is not name=value with a name that headers have, such as x-team=a");
  if (/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) return [name, value];
  throw new UsageError(`--header: the value of ${name} has characters that headers do not have`);
}
