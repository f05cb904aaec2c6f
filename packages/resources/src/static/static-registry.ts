import { AsyncLocalStorage } from "node:async_hooks";
import { type SecretSource, secretVault } from "@dad/secrets";
import { ProfileUnknownError } from "../errors.ts";
import { inheritedProfile } from "../inherited-profile.ts";
import type { ProfileDefinition } from "../profile-definition.ts";
import type { ResourceMakers } from "../resource-makers.ts";
import type { ResourceProfile, ResourceRegistry } from "../resource-registry.ts";
import { staticProfile } from "./static-profile.ts";

export interface StaticResourceRegistryOptions {
  readonly profiles: Readonly<Record<string, ProfileDefinition>>;
  /** The profile that is meant when none is named. Without it: `default`, or else the only one there is. */
  readonly default?: string;
  /** Who makes resources that the profiles have as data. */
  readonly makers?: ResourceMakers;
  /** Where the secrets are that the profiles name. Without them, nothing that has secrets can be used. */
  readonly secrets?: readonly SecretSource[];
}

/**
 * A registry of what the program itself has written down. A model given as a function is made when it is first asked
 * for, and once for this registry, in the async context of who made that: so it is none of the first run that asks. What is data is made
 * for each run of its own (`forRun`), and limits hold for all of them together. Each caller gets its own copy of an endpoint.
 *
 * @throws ProfileUnknownError (`PROFILE_UNKNOWN`) when there is no profile of the name `options.default`.
 * @throws ProfileInvalidError (`PROFILE_INVALID`) for profiles that extend themselves, or one that is not there.
 * @throws TypeError for an endpoint that is not an absolute URL.
 */
export function staticResourceRegistry(options: StaticResourceRegistryOptions): ResourceRegistry {
  const names = Object.freeze(Object.keys(options.profiles).sort());
  const defaultName = options.default ?? (names.length === 1 ? names[0] : undefined) ?? "default";
  if (options.default !== undefined && !names.includes(options.default)) throw new ProfileUnknownError(options.default, names);
  const definitions = new Map(names.map((name) => [name, checkedProfile(name, options.profiles)]));
  const vault = secretVault({ sources: options.secrets ?? [] });
  const made = new Map<string, ResourceProfile>();
  // The first who asks may be a run, and what is made here is everybody's.
  const make = AsyncLocalStorage.bind(staticProfile);

  return {
    profiles: names,
    profile(name = defaultName) {
      const definition = definitions.get(name);
      if (!definition) throw new ProfileUnknownError(name, names);
      const profile = made.get(name) ?? make({ name, definition }, { makers: options.makers ?? {}, vault });
      made.set(name, profile);
      return profile;
    },
  };
}

function checkedProfile(name: string, profiles: StaticResourceRegistryOptions["profiles"]): ProfileDefinition {
  const definition = inheritedProfile(name, profiles);
  for (const [id, endpoint] of Object.entries(definition.endpoints ?? {})) {
    if (URL.canParse(String(endpoint))) continue;
    throw new TypeError(`endpoint "${id}" of profile "${name}" is ${JSON.stringify(endpoint)}, which is not an absolute URL`);
  }
  return definition;
}
