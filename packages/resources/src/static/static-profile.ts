import type { Secret, SecretVault } from "@dad/secrets";
import { type Budget, budget } from "../budget/budget.ts";
import { ProfileInvalidError, ResourceUnknownError } from "../errors.ts";
import type { MakerAccess } from "../maker-access.ts";
import type { ProfileDefinition } from "../profile-definition.ts";
import type { ResourceMakers } from "../resource-makers.ts";
import type { ResourceKind, ResourceKinds, ResourceProfile } from "../resource-registry.ts";
import type { ToolSource } from "../tool-source.ts";
import { secretReferences } from "./secret-references.ts";
import { lazyShelf, type Shelf, shelfOf } from "./shelf.ts";
import { type NamedProfile, type SharedModels, sharedModels, staticModels } from "./static-models.ts";
import { isModelDefinition, isToolServerDefinition, type ToolsEntry } from "./written-resources.ts";

export interface StaticProfileOptions {
  readonly makers: ResourceMakers;
  readonly vault: SecretVault;
}

/** @throws ProfileInvalidError (`PROFILE_INVALID`) for models that fall back on some that are not there. */
export function staticProfile(profile: NamedProfile, options: StaticProfileOptions): ResourceProfile {
  checkFallbacks(profile);
  const { budget: limits } = profile.definition;
  const shared = { models: sharedModels(profile), ...(limits && { budget: budget({ limits, scope: `profile ${profile.name}` }) }) };
  return profileView(profile, { ...options, shared });
}

function checkFallbacks({ name, definition: { models = {} } }: NamedProfile): void {
  const problems = Object.entries(models).flatMap(([alias, entry]) =>
    (isModelDefinition(entry) ? (entry.fallbacks ?? []) : []).flatMap((other) => {
      if (other === alias) return [`model "${alias}" falls back on itself`];
      return Object.hasOwn(models, other)
        ? []
        : [`model "${alias}" falls back on "${other}", which is none of its models: ${Object.keys(models).join(", ")}`];
    }),
  );
  if (problems.length > 0) throw new ProfileInvalidError(name, problems);
}

interface ViewOptions extends StaticProfileOptions {
  /** Of all runs. */
  readonly shared: { readonly models: SharedModels; readonly budget?: Budget };
}

function profileView(profile: NamedProfile, options: ViewOptions): ResourceProfile {
  const { name, definition } = profile;
  const { shared, makers, vault } = options;
  const models = staticModels(profile, { shared: shared.models, make: makers.model, access: vault });
  const shelves = shelvesOf(profile, { makers, access: vault, models });
  const ids = (kind: ResourceKind): readonly string[] => shelves.get(kind)?.ids ?? [];
  return {
    name,
    ...(definition.note === undefined ? {} : { note: definition.note }),
    ...(shared.budget && { budget: shared.budget }),
    ids,
    models: (query) => models.fitting(query),
    forRun({ onSecret }) {
      for (const known of vault.knownNow(secretReferences(definition))) onSecret(known);
      return profileView(profile, { ...options, vault: vault.heardBy(onSecret) });
    },
    get<Kind extends ResourceKind>(kind: Kind, id: string): ResourceKinds[Kind] {
      const resource = shelves.get(kind)?.get(id);
      const kinds = shelves.has(kind) ? [] : [...shelves.keys()].sort();
      if (resource === undefined) throw new ResourceUnknownError(kind, id, { name, ids: ids(kind), kinds });
      return resource as ResourceKinds[Kind];
    },
  };
}

interface Stock {
  readonly makers: ResourceMakers;
  readonly access: MakerAccess;
  readonly models: Shelf<ResourceKinds["model"]>;
}

function shelvesOf({ name, definition }: NamedProfile, { makers, access, models }: Stock): ReadonlyMap<string, Shelf<unknown>> {
  const { endpoints = {}, secrets = {}, tools = {} } = definition;
  return new Map<string, Shelf<unknown>>([
    ...otherShelves(definition, access),
    ["model", models],
    ["endpoint", shelfOf(endpoints, (endpoint): URL => new URL(endpoint))],
    ["secret", lazyShelf(secrets, (reference): Secret => access.secret(reference))],
    ["tools", lazyShelf(tools, (source, id) => toolsOf(source, { id, place: `the tools "${id}" of profile "${name}"`, makers, access }))],
  ]);
}

interface ToolsPlace {
  readonly id: string;
  readonly place: string;
  readonly makers: ResourceMakers;
  readonly access: MakerAccess;
}

function toolsOf(source: ToolsEntry, { id, place, makers, access }: ToolsPlace): ToolSource {
  if (!isToolServerDefinition(source)) return source;
  if (!makers.tools)
    throw new TypeError(`${place} are data, and there is nobody who makes tools of it: give makers.tools, such as mcpTools() of @dad/resources-mcp`);
  return makers.tools({ ...source, name: id }, access);
}

function otherShelves({ others = {} }: ProfileDefinition, access: MakerAccess): [string, Shelf<unknown>][] {
  const kinds = Object.entries<Readonly<Record<string, (access: MakerAccess) => unknown>>>(others);
  return kinds.map(([kind, makers]) => [kind, lazyShelf(makers, (make) => make(access))]);
}
