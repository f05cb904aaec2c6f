import type { NodeContext } from "@dad/agent";
import type { ResourceNeed } from "@dad/resources";

/** By the name of a variable, the alias of a secret. */
export type SecretVariables = Readonly<Record<string, string>>;

export function secretsNeeded(secrets: SecretVariables = {}): readonly ResourceNeed[] {
  return Object.values(secrets).map((id) => ({ kind: "secret", id }));
}

/** The variables with the values of the secrets. They exist as long as the command does. */
export async function secretEnvironment(context: Pick<NodeContext, "secret">, secrets: SecretVariables): Promise<Record<string, string>> {
  const entries = Object.entries(secrets).map(async ([name, alias]) => [name, await context.secret(alias)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
