import { AsyncLocalStorage } from "node:async_hooks";
import type { Json } from "@dad/protocol";
import { ProviderUnknownError } from "../errors.ts";
import type { MakerAccess } from "../maker-access.ts";
import { modelFacts } from "../model-facts.ts";
import { asksForModels, fitsQuery } from "../model-query.ts";
import type { ModelResource, ModelSettings } from "../model-resource.ts";
import { withFallbacks } from "../policies/fallback.ts";
import { type Limiter, limiter } from "../policies/limiter.ts";
import { withPolicies } from "../policies/with-policies.ts";
import type { CallLimits, ModelDefinition, ProfileDefinition } from "../profile-definition.ts";
import type { MakeModel, ModelToMake } from "../resource-makers.ts";
import type { ModelQuery } from "../resource-registry.ts";
import { modelIdentity } from "./model-identity.ts";
import { priceOf } from "./price-of.ts";
import { chosenProvider, type ProviderChoice } from "./provider-preference.ts";
import { lazyShelf, type Shelf } from "./shelf.ts";
import { isModelDefinition, type ModelEntry } from "./written-resources.ts";

/** A profile of a static registry, merged with those that it extends. */
export interface NamedProfile {
  readonly name: string;
  readonly definition: ProfileDefinition;
}

/** What all runs of one registry share of the models of a profile. */
export interface SharedModels {
  /** Those that a program made, or gave a function for. */
  readonly made: Shelf<ModelResource>;
  /** The turns of a model as data: those of its alias, of the model itself, whose provider may say to come back later, and of all of the provider. */
  limiters(alias: string, provider: string, model: string): readonly Limiter[];
}

/** The functions are called in the async context of who makes the registry: so the models are none of the first run that asks. */
export function sharedModels({ name, definition: { models = {}, providers = {} } }: NamedProfile): SharedModels {
  const makers = Object.entries(models).flatMap(([alias, entry]) => (isModelDefinition(entry) ? [] : [[alias, boundMaker(entry)] as const]));
  const limitsOf = (of: Readonly<Record<string, { readonly limits?: CallLimits } | object>>): Shelf<Limiter> => {
    const limited = Object.entries(of).flatMap(([id, { limits }]: [string, { readonly limits?: CallLimits }]) =>
      limits ? [[id, limits] as const] : [],
    );
    return lazyShelf(Object.fromEntries(limited), (limits) => limiter(limits));
  };
  const [ofModels, ofProviders] = [limitsOf(models), limitsOf(providers)];
  const pauses = new Map<string, Limiter>();
  // Providers count by model: another one, which may stand in, is not told to wait.
  function pauseOf(name: string): Limiter {
    const pause = pauses.get(name) ?? limiter({});
    pauses.set(name, pause);
    return pause;
  }
  return {
    made: lazyShelf(Object.fromEntries(makers), (make, alias) => {
      const model: ModelResource | undefined = make();
      if (!model) throw new TypeError(`the function for model "${alias}" of profile "${name}" returned no model`);
      return model;
    }),
    limiters: (alias, provider, model) =>
      [ofModels.get(alias), pauseOf(`${provider}/${model}`), ofProviders.get(provider)].filter((one) => one !== undefined),
  };
}

function boundMaker(entry: ModelResource | (() => ModelResource)): () => ModelResource {
  return typeof entry === "function" ? AsyncLocalStorage.bind(entry) : () => entry;
}

export interface StaticModelsOptions {
  readonly shared: SharedModels;
  readonly make: MakeModel | undefined;
  readonly access: MakerAccess;
}

/** The models of a profile as one run has them. */
export interface StaticModels extends Shelf<ModelResource> {
  fitting(query: ModelQuery): readonly string[];
}

export function staticModels(profile: NamedProfile, options: StaticModelsOptions): StaticModels {
  const { models = {} } = profile.definition;
  const alone = lazyShelf(models, (entry, alias) =>
    isModelDefinition(entry) ? modelOfData({ ...profile, alias, entry }, options) : (options.shared.made.get(alias) as ModelResource),
  );
  const shelf = lazyShelf(models, (entry, alias) => {
    const fallbacks = isModelDefinition(entry) ? (entry.fallbacks ?? []) : [];
    return withFallbacks(
      alone.get(alias) as ModelResource,
      fallbacks.map((other) => alone.get(other) as ModelResource),
    );
  });
  const fits = (alias: string, entry: ModelEntry, query: ModelQuery): boolean => {
    if (!(query.among?.includes(alias) ?? true)) return false;
    const choice = isModelDefinition(entry) ? providerChoice(entry, profile.definition) : undefined;
    if (choice && ("problem" in choice || !canFallBack(entry as ModelDefinition, profile.definition))) return false;
    if (!asksForModels(query)) return true;
    if (isModelDefinition(entry) && query.model !== undefined && query.model !== entry.model) return false;
    const { provider: wanted, ...others } = query;
    const model = shelf.get(alias) as ModelResource;
    return fitsQuery(model, choice && "provider" in choice && choice.provider === wanted ? others : query);
  };
  return { ...shelf, fitting: (query) => Object.entries(models).flatMap(([alias, entry]) => (fits(alias, entry, query) ? [alias] : [])) };
}

/** A model is only there with those that are asked in its place. */
function canFallBack({ fallbacks = [] }: ModelDefinition, definition: ProfileDefinition): boolean {
  return fallbacks.every((alias) => {
    const other = definition.models?.[alias];
    return other !== undefined && (!isModelDefinition(other) || "provider" in providerChoice(other, definition));
  });
}

function providerChoice(definition: ModelDefinition, { providers = {} }: ProfileDefinition): ProviderChoice {
  return chosenProvider(definition, providers);
}

interface ModelOfProfile extends NamedProfile {
  readonly alias: string;
  readonly entry: ModelDefinition;
}

/** One model, with its policies, and without those that are asked in its place. */
function modelOfData({ name, definition, alias, entry }: ModelOfProfile, { shared, make, access }: StaticModelsOptions): ModelResource {
  const place = `model "${alias}" of profile "${name}"`;
  if (!make) {
    throw new TypeError(
      `${place} is data, and there is nobody who makes models of it: give makers.model, such as aiSdkModels() of @dad/resources-ai-sdk`,
    );
  }
  const choice = providerChoice(entry, definition);
  if ("problem" in choice) {
    const providers = Object.keys(definition.providers ?? {});
    throw new ProviderUnknownError(place, choice.problem, { providers, candidates: choice.candidates });
  }
  const { provider } = choice;
  const toMake: ModelToMake = {
    provider,
    model: entry.model,
    how: definition.providers?.[provider] ?? {},
    price: priceOf(entry, provider, definition),
    maxOutputTokens: entry.maxOutputTokens ?? entry.settings?.maxOutputTokens,
  };
  const identity = modelIdentity(toMake, entry.settings);
  const model = withSettings(make(toMake, access), { settings: entry.settings, identity });
  const { timeoutMs, retry } = entry;
  const limiters = shared.limiters(alias, provider, entry.model);
  return withPolicies(model, { limiters, ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(retry ? { retry } : {}) });
}

interface Settled {
  readonly settings: ModelSettings | undefined;
  readonly identity: Json | undefined;
}

/** A model that is asked with these settings, where a request does not say otherwise. */
function withSettings(model: ModelResource, { settings, identity }: Settled): ModelResource {
  return {
    ...modelFacts(model),
    ...(identity === undefined ? {} : { identity }),
    generate: (request, options) => model.generate(settings ? { ...request, settings: { ...settings, ...request.settings } } : request, options),
    ...(model.embed && { embed: model.embed.bind(model) }),
  };
}
