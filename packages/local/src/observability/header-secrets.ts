import type { ObservabilityConfig, TelemetryEndpoint } from "@dad/config";
import type { OtlpEnvironment } from "@dad/observability-otlp/environment";
import { DadError } from "@dad/protocol";
import { envSecrets, isSecretName, looksLikeSecret, type Redactor, type SecretVault, secretVault } from "@dad/secrets";

export interface HeaderSecrets extends ObservabilityConfig {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly secrets?: SecretVault;
}

/**
 * Gives the secrets of headers. The redactor is told of each before anybody has it: at once, where it is known without reading anything, as
 * those in headers of the environment are.
 */
export function hearingHeaders(settings: HeaderSecrets, { traces, metrics, logs }: OtlpEnvironment, redactor: Redactor): SecretVault {
  const vault = settings.secrets ?? secretVault({ sources: [envSecrets(settings.env ?? {})] });
  for (const reference of referencesIn(settings)) for (const known of knownNow(vault, reference)) redactor.add(known);
  for (const { headers = {} } of [traces, metrics, logs])
    for (const [name, value] of Object.entries(headers))
      if (isSecretName(name) || looksLikeSecret(value)) redactor.add({ name: `header:${name}`, value });
  return vault.heardBy((secret) => redactor.add(secret));
}

function referencesIn({ headers, traces, metrics, logs }: ObservabilityConfig): readonly string[] {
  const written: readonly (TelemetryEndpoint["headers"] | false)[] = [
    headers,
    traces && traces.headers,
    metrics && metrics.headers,
    logs && logs.headers,
  ];
  return written.flatMap((some) => Object.values(some || {}).flatMap((value) => (typeof value === "string" ? [] : [value.secret])));
}

/** What is no reference is told when it is needed. */
function knownNow(vault: SecretVault, reference: string): ReturnType<SecretVault["knownNow"]> {
  try {
    return vault.knownNow([reference]);
  } catch (error) {
    if (DadError.is(error)) return [];
    throw error;
  }
}
