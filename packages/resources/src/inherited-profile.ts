import { nearestName } from "@dad/protocol";
import { ProfileInvalidError } from "./errors.ts";
import type { ProfileDefinition } from "./profile-definition.ts";

type Profiles = Readonly<Record<string, ProfileDefinition>>;

const BY_ALIAS = ["models", "providers", "endpoints", "secrets", "tools", "prices"] as const;

/**
 * A profile with all that it has from those that it extends: merged by alias, what it has itself comes first, then the later of several.
 *
 * @throws ProfileInvalidError (`PROFILE_INVALID`) for a circle, and for a profile that is not there, with the way to it.
 */
export function inheritedProfile(name: string, profiles: Profiles): ProfileDefinition {
  const problem = inheritanceProblem(name, profiles);
  if (problem !== undefined) throw new ProfileInvalidError(name, [problem]);
  return inherited(name, profiles);
}

/** Why a profile cannot be made out of those that it extends, or `undefined`. */
export function inheritanceProblem(name: string, profiles: Profiles): string | undefined {
  return brokenWay([name], profiles);
}

function brokenWay(way: readonly string[], profiles: Profiles): string | undefined {
  const definition = ownOf(way.at(-1) ?? "", profiles);
  for (const parent of parentsOf(definition)) {
    const further = [...way, parent];
    const shown = further.join(" → ");
    if (way.includes(parent)) return `it extends itself: ${shown}`;
    if (!Object.hasOwn(profiles, parent)) return `it extends a profile that is not there: ${shown}; ${hint(parent, Object.keys(profiles))}`;
    const problem = brokenWay(further, profiles);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function hint(name: string, names: readonly string[]): string {
  const meant = nearestName(name, names);
  return meant === undefined ? `there ${names.length === 1 ? "is" : "are"} ${names.toSorted().join(", ")}` : `did you mean ${meant}?`;
}

function ownOf(name: string, profiles: Profiles): ProfileDefinition {
  return (Object.hasOwn(profiles, name) ? profiles[name] : undefined) ?? {};
}

function parentsOf({ extends: parents = [] }: ProfileDefinition): readonly string[] {
  return typeof parents === "string" ? [parents] : parents;
}

function inherited(name: string, profiles: Profiles): ProfileDefinition {
  const { extends: _resolved, ...own } = ownOf(name, profiles);
  const parents = parentsOf(ownOf(name, profiles)).map((parent) => inherited(parent, profiles));
  return parents.length === 0 ? own : [...parents, own].reduce(merged, {});
}

function merged(base: ProfileDefinition, over: ProfileDefinition): ProfileDefinition {
  const byAlias = BY_ALIAS.filter((member) => base[member] && over[member]).map((member) => [member, { ...base[member], ...over[member] }]);
  return { ...base, ...over, ...Object.fromEntries(byAlias), ...othersOf(base, over) };
}

function othersOf({ others: base }: ProfileDefinition, { others: over }: ProfileDefinition): Pick<ProfileDefinition, "others"> {
  if (!base || !over) return {};
  type Shelves = Readonly<Record<string, object | undefined>>;
  const [from, to]: [Shelves, Shelves] = [base, over];
  const kinds = Object.keys(to).map((kind) => [kind, { ...(Object.hasOwn(from, kind) ? from[kind] : undefined), ...to[kind] }]);
  return { others: { ...base, ...Object.fromEntries(kinds) } };
}
