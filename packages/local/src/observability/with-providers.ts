import type { TelemetryProviders } from "@dad/config";
import type { Observability } from "@dad/observability";
import { type HostOptions, hostObservability } from "@dad/observability/host";
import { telemetryScope } from "../telemetry-origin.ts";

export interface OwnObservability extends Pick<HostOptions, "parent"> {
  readonly own: Observability;
}

/** The signals that the program has a provider for go there; all else is our own. */
export function withProviders(providers: TelemetryProviders | undefined, { own, parent }: OwnObservability): Observability {
  const { tracerProvider, meterProvider, loggerProvider } = providers ?? {};
  if (!tracerProvider && !meterProvider && !loggerProvider) return own;
  const host = hostObservability({ ...providers, parent, scope: telemetryScope() });
  return {
    tracer: tracerProvider ? host.tracer : own.tracer,
    meter: meterProvider ? host.meter : own.meter,
    logger: loggerProvider ? host.logger : own.logger,
    capture: own.capture,
    commandOutput: own.commandOutput,
    flush: async (options) => void (await Promise.all([own.flush(options), host.flush(options)])),
    [Symbol.asyncDispose]: async () => void (await Promise.all([own[Symbol.asyncDispose](), host[Symbol.asyncDispose]()])),
  };
}
