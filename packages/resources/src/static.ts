import { AsyncLocalStorage } from "node:async_hooks";
import { ProfileUnknownError, ResourceUnknownError } from "./errors.ts";
import type { ModelResource } from "./model-resource.ts";
import type { ProfileDefinition } from "./profile-definition.ts";
import type { ResourceKind, ResourceKinds, ResourceProfile, ResourceRegistry } from "./resource-registry.ts";

export interface StaticResourceRegistryOptions {
  readonly profiles: Readonly<Record<string, ProfileDefinition>>;
  /** The profile that is meant when none is named. Without it: `default`, or else the only one there is. */
  readonly default?: string;
}

/**
 * A registry of what the program itself has written down. A model given as a function is made when it is first asked
 * for, and once for this registry, in the async context of who made that: so it is none of the first run that asks. Each
 * caller gets its own copy of an endpoint.
 *
 * @throws ProfileUnknownError (`PROFILE_UNKNOWN`) when there is no profile of the name `options.default`.
 * @throws TypeError for an endpoint that is not an absolute URL.
 */
export function staticResourceRegistry(options: StaticResourceRegistryOptions): ResourceRegistry {
  const profiles = new Map(Object.entries(options.profiles).map(([name, definition]) => [name, staticProfile(name, definition)]));
  const names = Object.freeze([...profiles.keys()].sort());
  const defaultName = options.default ?? (names.length === 1 ? names[0] : undefined) ?? "default";
  if (options.default !== undefined && !profiles.has(options.default)) throw new ProfileUnknownError(options.default, names);

  return {
    profiles: names,
    profile(name = defaultName) {
      const profile = profiles.get(name);
      if (!profile) throw new ProfileUnknownError(name, names);
      return profile;
    },
  };
}

/** The resources of one kind. */
interface Shelf<Resource> {
  readonly ids: readonly string[];
  get(id: string): Resource | undefined;
}

function staticProfile(name: string, { note, models = {}, endpoints = {} }: ProfileDefinition): ResourceProfile {
  const shelves: { readonly [Kind in ResourceKind]?: Shelf<ResourceKinds[Kind]> } = {
    model: shelfOf(models, (id, model) =>
      modelMaker(`the function for model "${id}" of profile "${name}"`, model as ModelResource | (() => ModelResource)),
    ),
    endpoint: shelfOf(endpoints, (id, endpoint) => endpointMaker(`endpoint "${id}" of profile "${name}"`, endpoint)),
  };
  const ids = (kind: ResourceKind): readonly string[] => shelves[kind]?.ids ?? [];

  const profile: ResourceProfile = {
    name,
    ...(note === undefined ? {} : { note }),
    ids,
    models: ({ model, provider, capabilities = [], among }) =>
      Object.keys(models).filter((id) => {
        const one = profile.get("model", id);
        const fits = (model ?? one.modelId) === one.modelId && (provider ?? one.provider) === one.provider;
        return fits && capabilities.every((capability) => one.capabilities[capability]) && (among?.includes(id) ?? true);
      }),
    forRun: () => profile,
    get<Kind extends ResourceKind>(kind: Kind, id: string): ResourceKinds[Kind] {
      const resource = ids(kind).includes(id) ? shelves[kind]?.get(id) : undefined;
      if (resource === undefined) throw new ResourceUnknownError(kind, id, { name, ids: ids(kind) });
      return resource;
    },
  };
  return profile;
}

function shelfOf<Definition, Resource>(
  definitions: Readonly<Record<string, Definition>>,
  makerOf: (id: string, definition: Definition) => () => Resource,
): Shelf<Resource> {
  const makers = new Map(Object.entries(definitions).map(([id, definition]) => [id, makerOf(id, definition)]));
  return { ids: Object.freeze([...makers.keys()].sort()), get: (id) => makers.get(id)?.() };
}

function modelMaker(place: string, definition: ModelResource | (() => ModelResource)): () => ModelResource {
  if (typeof definition !== "function") return () => definition;
  const make: () => ModelResource | undefined = AsyncLocalStorage.bind(definition);
  let model: ModelResource | undefined;
  return () => {
    model ??= make();
    if (!model) throw new TypeError(`${place} returned no model`);
    return model;
  };
}

function endpointMaker(place: string, endpoint: URL | string): () => URL {
  if (!URL.canParse(String(endpoint))) throw new TypeError(`${place} is ${JSON.stringify(endpoint)}, which is not an absolute URL`);
  const href = new URL(endpoint).href;
  return () => new URL(href);
}
