import type { ResourceProfile } from "@dad/resources";
import { type KnownSecret, type Redactor, redactor } from "@dad/secrets";
import type { LocalStore } from "./local-store.ts";

/** What a run has to do with secrets. */
export interface RedactingOptions {
  readonly resources: ResourceProfile;
  /**
   * What commands of a run may see of this process's environment is chosen from here, and the secrets in it get into nothing that is
   * written. Default: what the store was given.
   */
  readonly hostEnv?: Readonly<Record<string, string | undefined>>;
  /** Is told each secret that gets into nothing that is written of the run, before anybody has it: for what is written of it elsewhere. */
  readonly onSecret?: (secret: KnownSecret) => void;
}

interface Where {
  readonly store: Partial<Pick<LocalStore, "secrets">>;
  readonly ports: RedactingOptions;
}

/** A run that takes secrets out of all that is written. */
export interface Redacting {
  readonly redactor: Redactor;
  /** What they reveal of secrets is taken out, too. */
  readonly resources: ResourceProfile;
}

/** What one run knows: the secrets of the host and of its profile, as far as those are known at once, and later what is revealed to it. */
export function redactingFor({ store, ports: { resources, hostEnv, onSecret } }: Where): Redacting {
  const known = redactor(store.secrets?.(hostEnv));
  for (const secret of known.secrets) onSecret?.(secret);
  const add = (secret: KnownSecret): void => {
    known.add(secret);
    onSecret?.(secret);
  };
  return { redactor: { ...known, add }, resources: resources.forRun({ onSecret: add }) };
}
