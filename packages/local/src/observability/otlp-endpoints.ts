import type { ObservabilityConfig, SecretText } from "@dad/config";
import type { OtlpEndpoint, Signal } from "@dad/observability-otlp";
import type { OtlpEnvironment } from "@dad/observability-otlp/environment";
import type { SecretVault } from "@dad/secrets";

export interface EndpointOptions {
  readonly settings: ObservabilityConfig;
  readonly env: OtlpEnvironment;
  readonly secrets: Pick<SecretVault, "secret">;
}

const SIGNALS = ["traces", "metrics", "logs"] as const satisfies readonly Signal[];

/**
 * The collectors that are written in settings, with what the environment says besides. A signal that has none is not there.
 *
 * @throws SecretUnavailableError (`SECRET_UNAVAILABLE`) when a secret of a header is not to be had; the reason of the signal.
 */
export async function writtenEndpoints(
  options: EndpointOptions,
  { signal }: { readonly signal: AbortSignal },
): Promise<Partial<Record<Signal, OtlpEndpoint>>> {
  const written = SIGNALS.filter((which) => urlOf(which, options.settings) !== undefined);
  return Object.fromEntries(await Promise.all(written.map(async (which) => [which, await otlpEndpoint(which, options, signal)])));
}

/** What is written of one signal comes before what is written of all, and that before the environment. */
export async function otlpEndpoint(which: Signal, { settings, env, secrets }: EndpointOptions, signal: AbortSignal) {
  const own = settings[which] || {};
  const { headers, compression, timeoutMs } = { ...settings, ...own };
  const url = urlOf(which, settings);
  return {
    ...env[which],
    ...(url === undefined ? {} : { url }),
    ...(headers === undefined ? {} : { headers: await revealed(headers, secrets, signal) }),
    ...(compression === undefined ? {} : { compression }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

function urlOf(which: Signal, settings: ObservabilityConfig): string | undefined {
  const own = settings[which];
  if (own === false) return undefined;
  const base = settings.endpoint?.replace(/\/+$/, "");
  return own?.endpoint ?? (base === undefined ? undefined : `${base}/v1/${which}`);
}

type WrittenHeaders = Readonly<Record<string, string | SecretText>>;

async function revealed(headers: WrittenHeaders, secrets: EndpointOptions["secrets"], signal: AbortSignal): Promise<Record<string, string>> {
  const pairs = Object.entries(headers).map(async ([name, value]) =>
    typeof value === "string" ? [name, value] : [name, (await secrets.secret(value.secret).reveal({ signal })).trim()],
  );
  return Object.fromEntries(await Promise.all(pairs)) as Record<string, string>;
}
