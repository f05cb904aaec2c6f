import type { ObservabilityConfig } from "@dad/config";
import { type Observability, recordingObservability, type TelemetrySink } from "@dad/observability";
import { jsonlSink } from "@dad/observability/jsonl";
import { noopObservability } from "@dad/observability/noop";
import type { OtlpEndpoint, Signal } from "@dad/observability-otlp";
import { otlpFromEnv } from "@dad/observability-otlp/environment";
import { DadError, type RunEnvParams, traceIdOf } from "@dad/protocol";
import { redactedError } from "@dad/run-context";
import { envSecrets, type Redactor, type SecretVault, secretVault } from "@dad/secrets";
import { exportSinks } from "./observability/export-sinks.ts";
import { type ExportedTrace, exportsOf } from "./observability/exports-of.ts";
import { hearingHeaders } from "./observability/header-secrets.ts";
import { writtenEndpoints } from "./observability/otlp-endpoints.ts";
import { recordingOptions } from "./observability/recording-options.ts";
import { contextUnder, remoteParent } from "./observability/remote-parent.ts";
import { withProviders } from "./observability/with-providers.ts";
import { telemetryOrigin } from "./telemetry-origin.ts";

/** How runs are traced, measured and logged. */
export interface LocalObservability extends ObservabilityConfig {
  /** Variables of OpenTelemetry (`OTEL_…`, `TRACEPARENT`) are read from here; what is written beside it comes before them. Default: none are. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Has the secrets of headers. Default: those of `env:`, which are in `env`. */
  readonly secrets?: SecretVault;
  /** Is told what is ignored, and what cannot be written or sent, each once. No run fails because of it. Default: a warning of the process. */
  readonly onTrouble?: (trouble: DadError) => void;
  /** Gets the lines of the exporter `console`. Default: they are written to stderr. */
  readonly write?: (line: string) => void;
}

export interface ObservedRun {
  readonly env: RunEnvParams;
  readonly rootComponentId: string | undefined;
  /** The name of the service, unless somebody says otherwise. */
  readonly project: string;
  /** Learns the secrets of headers. */
  readonly redactor: Redactor;
}

/**
 * What a run tells of itself: into the files of its `traceDir`, and to whom the settings and the environment say. Before it tells
 * something, nothing is written, and nobody is called.
 */
export function localObservability(settings: false | LocalObservability, run: ObservedRun): Observability {
  if (settings === false) return noopObservability();
  const parent = remoteParent(settings.env ?? {});
  const context = contextUnder(parent);
  const traceId = parent?.traceId ?? traceIdOf(run.env.executionId);
  const sinks = sinksOf(settings, run, { traceId, remoteParent: parent });
  const own = recordingObservability(sinks, { ...recordingOptions(settings), traceId, ...(context ? { parent: context } : {}) });
  return withProviders(settings.providers, { own, parent: context });
}

const NO_PARENT =
  "TRACEPARENT is ignored, and the run has a trace of its own: it is not 00-, a trace id of 32 hexadecimal digits, a span id of 16 and flags of 2, with - between them";

function sinksOf(settings: LocalObservability, run: ObservedRun, trace: ExportedTrace): TelemetrySink[] {
  const env = otlpFromEnv(settings.env ?? {});
  const onTrouble = toldOnce(settings.onTrouble ?? warn, run.redactor);
  const unread = trace.remoteParent === undefined && settings.env?.["TRACEPARENT"]?.trim() ? [NO_PARENT] : [];
  for (const warning of [...env.warnings, ...unread]) onTrouble(new DadError("TELEMETRY_SETTING_IGNORED", warning));
  const { serviceName, resource = {} } = settings;
  const named = serviceName === undefined ? {} : { "service.name": serviceName };
  const origin = telemetryOrigin({ ...run, resources: [{ "service.name": run.project }, env.resource, resource, named] });
  const exports = exportsOf(settings, env, trace);
  const secrets = hearingHeaders(settings, env, run.redactor);
  return [
    jsonlSink({ directory: run.env.traceDir, origin, onTrouble }),
    ...exportSinks({ settings, env, exports, origin, remoteParent: trace.remoteParent, onTrouble, secrets, write: settings.write ?? toStderr }),
  ];
}

/**
 * The collectors that settings name: of each signal that has one, with its headers. What only the environment names is not among them.
 *
 * @throws SecretUnavailableError (`SECRET_UNAVAILABLE`) when the secret of a header is not to be had; the reason of the signal.
 */
export async function collectorsOf(
  settings: Omit<LocalObservability, "onTrouble" | "write">,
  { signal = new AbortController().signal }: { readonly signal?: AbortSignal } = {},
): Promise<Partial<Record<Signal, OtlpEndpoint>>> {
  const { env = {}, secrets = secretVault({ sources: [envSecrets(env)] }) } = settings;
  return await writtenEndpoints({ settings, env: otlpFromEnv(env), secrets }, { signal });
}

/** Of one place that cannot be reached, one signal says as much as three. */
function toldOnce(tell: (trouble: DadError) => void, redactor: Redactor): (trouble: DadError) => void {
  const told = new Set<string>();
  return (trouble) => {
    const { url } = trouble.details as { readonly url?: unknown };
    const about = `${trouble.code} ${typeof url === "string" && URL.canParse(url) ? new URL(url).origin : trouble.message}`;
    if (told.has(about)) return;
    told.add(about);
    tell(redactedError(trouble, redactor) as DadError);
  };
}

function toStderr(line: string): void {
  process.stderr.write(line);
}

function warn({ code, message }: DadError): void {
  process.emitWarning(message, { type: "DadWarning", code });
}
