// Fault: a profile that nobody defined is the default profile.
// Noticed by: refuses the unknown profile
import type { ResourceRegistry } from "@dad/resources";
import { staticResourceRegistry, type StaticResourceRegistryOptions } from "@dad/resources/static";
import { resourceRegistryContract } from "@dad/resources/testing";

function lenientRegistry(options: StaticResourceRegistryOptions): ResourceRegistry {
  const registry = staticResourceRegistry(options);
  return { ...registry, profile: (name) => registry.profile(name !== undefined && registry.profiles.includes(name) ? name : undefined) };
}

resourceRegistryContract("a registry that makes do with the default", { create: lenientRegistry });
