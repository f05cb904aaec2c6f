import type { TelemetryOrigin, TelemetrySink } from "@dad/observability";
import type { OtlpSinkOptions, Signal } from "@dad/observability-otlp";
import { DadError, messageOf } from "@dad/protocol";
import { type Exports, signalsTo } from "./exports-of.ts";
import { type EndpointOptions, otlpEndpoint } from "./otlp-endpoints.ts";
import { signalSink } from "./signal-sink.ts";

export interface ExportersOptions extends EndpointOptions {
  readonly exports: Exports;
  readonly origin: TelemetryOrigin;
  readonly remoteParent: OtlpSinkOptions["remoteParent"];
  readonly onTrouble: (trouble: DadError) => void;
  /** Gets what goes to the console. */
  readonly write: (line: string) => void;
}

/** Opens what comes with this program: its code is loaded, and secrets are revealed. A signal whose secret is not to be had is not sent. */
export async function openExporters(options: ExportersOptions, { signal }: { readonly signal: AbortSignal }): Promise<readonly TelemetrySink[]> {
  const { exports, origin, remoteParent, onTrouble, write } = options;
  const { consoleSink, otlpSink } = await import("@dad/observability-otlp");
  const shown = signalsTo("console", exports);
  const parts = await Promise.all([...signalsTo("otlp", exports)].map((which) => partOf(which, options, signal)));
  const sent = Object.fromEntries(parts.filter((part) => part !== undefined));
  return [
    ...(shown.size === 0 ? [] : [signalSink(consoleSink({ write }), shown)]),
    ...(Object.keys(sent).length === 0 ? [] : [otlpSink({ origin, onTrouble, ...(remoteParent ? { remoteParent } : {}), ...sent })]),
  ];
}

async function partOf(which: Signal, options: ExportersOptions, signal: AbortSignal) {
  try {
    return [which, await endpointOf(which, options, signal)] as const;
  } catch (error) {
    // That nobody waits for it any more is no trouble.
    if (!signal.aborted) options.onTrouble(notSent(error));
    return undefined;
  }
}

/** Why what is told goes nowhere. */
export function notSent(cause: unknown): DadError {
  const code = DadError.is(cause) ? cause.code : "TELEMETRY_EXPORTER_FAILED";
  return new DadError(code, `what the run tells is not sent: ${messageOf(cause)}`, { cause });
}

async function endpointOf(which: Signal, options: ExportersOptions, signal: AbortSignal) {
  const own = options.settings[which] || {};
  const intervalMs = "intervalMs" in own ? own.intervalMs : undefined;
  return {
    ...options.env[which],
    ...(await otlpEndpoint(which, options, signal)),
    ...(intervalMs === undefined ? {} : { intervalMs }),
    // It was decided already.
    ...("sample" in own && own.sample !== undefined ? { sampling: { sampler: "always_on" } } : {}),
  };
}
