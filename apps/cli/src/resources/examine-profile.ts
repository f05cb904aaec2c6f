import type { ProfileReport } from "@dad/protocol";
import { inheritedProfile, type ProfileDefinition, type ResourceProfile } from "@dad/resources";
import { secretReferences } from "@dad/resources/static";
import type { KnownSecret } from "@dad/secrets";
import type { ProjectResources } from "../project/project-resources.ts";
import { eachAlone, problemOf } from "./ask-once.ts";
import { endpointReport, type Found, modelReport, toolsReport } from "./resource-reports.ts";

export interface ExamineOptions {
  /** Whether models, endpoints and servers of tools are asked, and secrets that cost something are read. */
  readonly check: boolean;
  readonly signal: AbortSignal;
  readonly onSecret: (secret: KnownSecret) => void;
  /** Does works, not all at once. */
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** What a profile has, and whether it can be used. */
export async function examineProfile(name: string, resources: ProjectResources, options: ExamineOptions): Promise<ProfileReport> {
  const { extends: parents = [] } = resources.profiles[name] ?? {};
  const head = { name, extends: typeof parents === "string" ? [parents] : [...parents] };
  try {
    const definition = inheritedProfile(name, resources.profiles);
    // Whether it fits together is known with all that it has.
    (await resources.registry({ [name]: definition })).profile(name);
    const registry = await resources.registry({ [name]: eachAlone(definition) });
    return { ...head, ...(await contentsOf(definition, registry.profile(name).forRun(options), options)) };
  } catch (error) {
    options.signal.throwIfAborted();
    return { ...head, problem: problemOf(error), models: [], endpoints: [], secrets: [], tools: [], others: [] };
  }
}

type Contents = Pick<ProfileReport, "note" | "budget" | "models" | "endpoints" | "secrets" | "tools" | "others">;

async function contentsOf(definition: ProfileDefinition, profile: ResourceProfile, options: ExamineOptions): Promise<Contents> {
  const { note, budget, secrets: named = {}, others = {} } = definition;
  const references = secretReferences(definition);
  const secrets = new Map(
    await Promise.all(references.map(async (reference) => [reference, await secretFound(reference, profile, options)] as const)),
  );
  const look = { ...options, definition, profile, secrets };
  const [models, endpoints, tools] = await Promise.all([
    Promise.all(Object.keys(definition.models ?? {}).map((alias) => modelReport(alias, look))),
    Promise.all(profile.ids("endpoint").map((alias) => endpointReport(alias, look))),
    Promise.all(profile.ids("tools").map((alias) => toolsReport(alias, look))),
  ]);
  return {
    ...(note === undefined ? {} : { note }),
    ...(budget && { budget }),
    models,
    endpoints,
    tools,
    secrets: [...secrets].map(([reference, found]) => {
      const alias = Object.keys(named).find((name) => named[name] === reference);
      return { ...(alias === undefined ? {} : { alias }), reference, ...found };
    }),
    others: Object.entries(others).flatMap(([kind, shelf]) => Object.keys(shelf as object).map((alias) => ({ kind, alias }))),
  };
}

/** To look at these costs nothing, and asks nobody. */
const AT_HAND = /^(?:env|file):/;

async function secretFound(reference: string, profile: ResourceProfile, { check, signal, inTurn }: ExamineOptions): Promise<Found> {
  if (!check && !AT_HAND.test(reference)) return { status: "unchecked" };
  try {
    await inTurn(() => profile.get("secret", reference).reveal({ signal }));
    return { status: "fine" };
  } catch (error) {
    signal.throwIfAborted();
    return { status: "missing", problem: problemOf(error) };
  }
}
