import type { ObservabilityConfig } from "@dad/config";
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
    logs: { level: (logs && logs.level) || "info", onSpans: logs ? logs.onSpans : undefined },
    capture: captureOf(settings),
    limits: limits ?? {},
    ...(metrics && metrics.intervalMs !== undefined ? { metricsIntervalMs: metrics.intervalMs } : {}),
  };
}

const MAX_LENGTH = 4_096;
const COMMAND_OUTPUT = { lines: 1_000, bytes: 65_536 };

function captureOf({ content = {}, logs, env = {} }: ObservabilityConfig & { readonly env?: Variables }): ContentCapture {
  const { messages = isCaptured(env), input = [], output = [], maxLength = MAX_LENGTH } = content;
  const commands = logs && logs.commands;
  const { lines, bytes } = commands === false ? { lines: 0, bytes: 0 } : { ...COMMAND_OUTPUT, ...commands };
  return { messages, input, output, maxLength, commandOutput: { lines, bytes } };
}

/** The conventions for generative AI name the variable; of its values some say where contents go, and these have one place here. */
function isCaptured({ OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: value = "" }: Variables): boolean {
  return /^(true|span_only|event_only|span_and_event)$/i.test(value.trim());
}
