import type { KnownSecret, Secret } from "@dad/secrets";
import type { Budget } from "./budget/budget.ts";
import type { ModelCapability, ModelResource } from "./model-resource.ts";
import type { ToolSource } from "./tool-source.ts";

/**
 * The kinds of resource a profile can hold. A package that brings a new kind adds a member:
 *
 *     declare module "@dad/resources" {
 *       interface ResourceKinds { database: Database }
 *     }
 */
export interface ResourceKinds {
  model: ModelResource;
  endpoint: URL;
  secret: Secret;
  tools: ToolSource;
}

export type ResourceKind = keyof ResourceKinds;

/** A resource that is asked for, of whatever profile. */
export type ResourceNeed = { readonly kind: ResourceKind; readonly id: string } | { readonly kind: "model"; readonly query: ModelQuery };

/** Models by what they are, where their alias in the profile does not matter. What is not named does not matter either. */
export interface ModelQuery {
  /** As the provider names it, such as `claude-sonnet-4-5`. */
  readonly model?: string;
  readonly provider?: string;
  /** All that it has to be able to do. */
  readonly capabilities?: readonly ModelCapability[];
  /** Among these aliases only. */
  readonly among?: readonly string[];
}

/** One environment's view of the outside world: `default`, `ci`, `production`. */
export interface ResourceProfile {
  readonly name: string;
  /** What people should know about this profile, such as that its models are recordings. */
  readonly note?: string;
  /** What all runs of this process that use the profile may use together, and what they have used. */
  readonly budget?: Budget;
  /** @throws ResourceUnknownError (`RESOURCE_UNKNOWN`), which lists what the profile does have. */
  get<Kind extends ResourceKind>(kind: Kind, id: string): ResourceKinds[Kind];
  /** The ids of one kind, sorted. */
  ids(kind: ResourceKind): readonly string[];
  /** The aliases of the models that fit, in the order in which the profile has them. Calls nobody. */
  models(query: ModelQuery): readonly string[];
  /** The same profile, as one run sees it: what it reveals of secrets is told to that run before it is given to anybody. */
  forRun(run: RunOfResources): ResourceProfile;
}

/** A run that uses resources. */
export interface RunOfResources {
  /** Is told each secret before anybody has it. */
  readonly onSecret: (secret: KnownSecret) => void;
}

/**
 * Port: which resources a run may use, by profile. Looking something up calls nobody and resolves no
 * secret; that happens when the resource is used.
 *
 * Adapters: `@dad/resources/static`.
 */
export interface ResourceRegistry {
  /** Sorted. */
  readonly profiles: readonly string[];
  /** Without a name, the default profile. @throws ProfileUnknownError (`PROFILE_UNKNOWN`), which lists what there is. */
  profile(name?: string): ResourceProfile;
}
