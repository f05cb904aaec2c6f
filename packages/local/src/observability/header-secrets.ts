import type { OtlpEnvironment } from "@dad/observability-otlp/environment";
import { envSecrets, heardSecret, isSecretName, looksLikeSecret, type Redactor, type Secret, secretVault } from "@dad/secrets";

type Reveal = (reference: string) => Secret;

export interface HeaderSecrets {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly secret?: Reveal;
}

/** Gives the secrets of headers. Whatever they are, and those in headers of the environment, the redactor is told. */
export function hearingHeaders({ env = {}, secret }: HeaderSecrets, { traces, metrics, logs }: OtlpEnvironment, redactor: Redactor): Reveal {
  for (const { headers = {} } of [traces, metrics, logs])
    for (const [name, value] of Object.entries(headers))
      if (isSecretName(name) || looksLikeSecret(value)) redactor.add({ name: `header:${name}`, value });
  const vault = secretVault({ sources: [envSecrets(env)] });
  return (reference) => heardSecret(secret ? secret(reference) : vault.secret(reference), (known) => redactor.add(known));
}
