import type { LogsConfig, ObservabilityConfig } from "@dad/config";
import type { ContentCapture, RecordingOptions } from "@dad/observability";

type Variables = Readonly<Record<string, string | undefined>>;

/** What is recorded, for whomever. */
export function recordingOptions(settings: ObservabilityConfig & { readonly env?: Variables }): RecordingOptions {
  const { traces, metrics, logs, limits, providers = {} } = settings;
  return {
    signals: {
      traces: traces !== false && !providers.tracerProvider,
      metrics: metrics !== false && !providers.meterProvider,
      logs: logs !== false && !providers.loggerProvider,
    },
    logs: logsOf(logs || {}),
    capture: captureOf(settings),
    limits: limits ?? {},
    ...(metrics && metrics.intervalMs !== undefined ? { metricsIntervalMs: metrics.intervalMs } : {}),
  };
}

function logsOf({ level = "info", onSpans, commands }: LogsConfig): RecordingOptions["logs"] {
  return { level, onSpans, commandOutput: commands === false ? { lines: 0 } : commands };
}

const MAX_LENGTH = 4_096;

function captureOf({ content = {}, env = {} }: ObservabilityConfig & { readonly env?: Variables }): ContentCapture {
  const { messages = isCaptured(env), input = [], output = [], maxLength = MAX_LENGTH } = content;
  return { messages, input, output, maxLength };
}

/** The conventions for generative AI name the variable; of its values some say where contents go, and these have one place here. */
function isCaptured({ OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: value = "" }: Variables): boolean {
  return /^(true|span_only|event_only|span_and_event)$/i.test(value.trim());
}
