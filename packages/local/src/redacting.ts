import type { ResourceProfile } from "@dad/resources";
import { type Redactor, redactor } from "@dad/secrets";
import type { LocalPortsOptions } from "./local-ports.ts";
import type { LocalStore } from "./local-store.ts";

type Where = {
  readonly store: Partial<Pick<LocalStore, "secrets">>;
  readonly ports: { readonly [Name in "resources" | "hostEnv"]?: LocalPortsOptions[Name] | undefined };
};

/** A run that takes secrets out of all that is written. */
export interface Redacting {
  readonly redactor: Redactor;
  /** What they reveal of secrets is taken out, too. */
  readonly resources: ResourceProfile;
}

/** What one run knows: the secrets of the host and of its profile, as far as those are known at once, and later what is revealed to it. */
export function redactingFor({ store, ports }: Where & { readonly ports: { readonly resources: ResourceProfile } }): Redacting {
  const own = redactor(store.secrets?.(ports.hostEnv));
  return { redactor: own, resources: ports.resources.forRun({ onSecret: (secret) => own.add(secret) }) };
}
