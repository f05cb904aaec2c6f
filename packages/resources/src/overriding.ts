import { heardSecret } from "@dad/secrets";
import { ResourceUnknownError } from "./errors.ts";
import { fitsQuery } from "./model-query.ts";
import type { ResourceKind, ResourceKinds, ResourceProfile, RunOfResources } from "./resource-registry.ts";

/** Resources by kind and alias. */
export type ResourceOverrides = { readonly [Kind in ResourceKind]?: Readonly<Record<string, ResourceKinds[Kind]>> };

type Shelves = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/**
 * A profile with some resources in the place of others, and some that it had not: for a scope, such as one isolated execution or one
 * test. The profile itself stays as it is, and may be overridden several times. A model that is overridden is no fallback of another one.
 */
export function overriding(profile: ResourceProfile, overrides: ResourceOverrides): ResourceProfile {
  const shelves = overrides as Shelves;
  const own = (kind: ResourceKind): Readonly<Record<string, unknown>> => (Object.hasOwn(shelves, kind) ? shelves[kind] : undefined) ?? {};
  const ids = (kind: ResourceKind): readonly string[] => [...new Set([...profile.ids(kind), ...Object.keys(own(kind))])].sort();
  return {
    ...profile,
    ids,
    get<Kind extends ResourceKind>(kind: Kind, id: string): ResourceKinds[Kind] {
      if (Object.hasOwn(own(kind), id)) return given(own(kind)[id] as ResourceKinds[Kind]);
      if (!profile.ids(kind).includes(id)) throw new ResourceUnknownError(kind, id, { name: profile.name, ids: ids(kind) });
      return profile.get(kind, id);
    },
    models(query) {
      const models = overrides.model ?? {};
      const { among = ids("model") } = query;
      const theirs = profile.models({ ...query, among: among.filter((id) => !Object.hasOwn(models, id)) });
      const mine = Object.keys(models).filter((id) => among.includes(id) && fitsQuery(models[id] as ResourceKinds["model"], query));
      const order = [...new Set([...profile.models({}), ...Object.keys(models)])];
      return order.filter((id) => theirs.includes(id) || mine.includes(id));
    },
    forRun: (run) => overriding(profile.forRun(run), toldTo(run, overrides)),
  };
}

/** Each caller gets its own copy of an address. */
function given<Resource>(resource: Resource): Resource {
  return resource instanceof URL ? (new URL(resource) as Resource) : resource;
}

function toldTo({ onSecret }: RunOfResources, overrides: ResourceOverrides): ResourceOverrides {
  if (!overrides.secret) return overrides;
  const secrets = Object.entries(overrides.secret).map(([id, secret]) => [id, heardSecret(secret, onSecret)]);
  return { ...overrides, secret: Object.fromEntries(secrets) };
}
