import type { ModelResource } from "./model-resource.ts";

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
}

export type ResourceKind = keyof ResourceKinds;

/** A resource that is asked for, of whatever profile. */
export interface ResourceNeed {
  readonly kind: ResourceKind;
  readonly id: string;
}

/** One environment's view of the outside world: `default`, `ci`, `production`. */
export interface ResourceProfile {
  readonly name: string;
  /** What people should know about this profile, such as that its models are recordings. */
  readonly note?: string;
  /** @throws ResourceUnknownError (`RESOURCE_UNKNOWN`), which lists what the profile does have. */
  get<Kind extends ResourceKind>(kind: Kind, id: string): ResourceKinds[Kind];
  /** The ids of one kind, sorted. */
  ids(kind: ResourceKind): readonly string[];
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
