import type { ModelReport, ProfileReport, ResourceStatus } from "@dad/protocol";
import type { CallLimits, ModelResource, ProfileDefinition, ResourceProfile } from "@dad/resources";
import { chosenProvider, isModelDefinition, isToolServerDefinition, referencesOfProvider, referencesOfTools } from "@dad/resources/static";
import { type Asked, askModelOnce, listToolsOnce, problemOf, reachOnce } from "./ask-once.ts";

export interface Found {
  readonly status: ResourceStatus;
  readonly problem?: string;
}

/** What looks at one profile. */
export interface Look {
  readonly definition: ProfileDefinition;
  readonly profile: ResourceProfile;
  /** By reference. */
  readonly secrets: ReadonlyMap<string, Found>;
  readonly check: boolean;
  readonly signal: AbortSignal;
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** A model of a profile, and whether it answers. What it lacks already, nobody is asked for. */
export async function modelReport(alias: string, look: Look): Promise<ModelReport> {
  const written = writtenModel(alias, look.definition);
  const known = { alias, ...written };
  const made = attempted(() => look.profile.get("model", alias));
  if ("problem" in made) return { ...known, status: "missing", problem: made.problem };
  const report = { ...known, ...namesOf(made.value, written), ...(made.value.price && { price: { ...made.value.price } }) };
  if (made.value.capabilities.recorded) return { ...report, recorded: true, status: "fine" };
  return { ...report, ...(await asked(look, { secrets: report.secrets, ask: () => askModelOnce(made.value, look.signal) })) };
}

type WrittenModel = Pick<ModelReport, "provider" | "model" | "limits" | "providerLimits" | "fallbacks" | "secrets">;

/** What the profile itself says of a model that is data. */
function writtenModel(alias: string, { models = {}, providers = {} }: ProfileDefinition): WrittenModel {
  const entry = models[alias];
  if (!entry || !isModelDefinition(entry)) return { secrets: [] };
  const choice = chosenProvider(entry, providers);
  const provider = "provider" in choice ? choice.provider : undefined;
  const how = provider === undefined ? undefined : providers[provider];
  return {
    model: entry.model,
    ...(provider === undefined ? {} : { provider }),
    ...(entry.fallbacks?.length ? { fallbacks: [...entry.fallbacks] } : {}),
    ...(entry.limits && { limits: numbersOf(entry.limits) }),
    ...(how?.limits && { providerLimits: numbersOf(how.limits) }),
    secrets: how ? [...referencesOfProvider(how)] : [],
  };
}

function numbersOf(limits: CallLimits): Record<string, number> {
  return { ...limits };
}

/** A provider has the name under which the profile knows it. */
function namesOf({ provider, modelId }: ModelResource, written: WrittenModel): Pick<ModelReport, "provider" | "model"> {
  return { provider: written.provider ?? provider, model: written.model ?? modelId };
}

export async function endpointReport(alias: string, look: Look): Promise<ProfileReport["endpoints"][number]> {
  const url = look.profile.get("endpoint", alias);
  const shown = new URL(url);
  if (shown.password !== "") shown.password = "…";
  const isHttp = /^https?:$/.test(url.protocol);
  const found = isHttp ? await asked(look, { secrets: [], ask: () => reachOnce(url, look.signal) }) : { status: "unchecked" as const };
  return { alias, url: shown.href, ...found };
}

export async function toolsReport(alias: string, look: Look): Promise<ProfileReport["tools"][number]> {
  const source = look.definition.tools?.[alias];
  const secrets = source ? [...referencesOfTools(source)] : [];
  const server = !source || !isToolServerDefinition(source) ? "made by the program" : "url" in source ? source.url : source.command.join(" ");
  const made = attempted(() => look.profile.get("tools", alias));
  if ("problem" in made) return { alias, server, secrets, status: "missing", problem: made.problem };
  const { tools, ...found } = await asked(look, { secrets, ask: () => listToolsOnce(made.value, look.signal) });
  return { alias, server, secrets, ...found, ...(tools ? { tools: [...tools] } : {}) };
}

function attempted<Value>(make: () => Value): { readonly value: Value } | { readonly problem: string } {
  try {
    return { value: make() };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

interface Question {
  readonly secrets: readonly string[];
  readonly ask: () => Promise<Asked>;
}

async function asked({ secrets, check, inTurn }: Look, { secrets: needed, ask }: Question): Promise<Found & Omit<Asked, "problem">> {
  const lacking = needed.find((reference) => secrets.get(reference)?.status === "missing");
  if (lacking !== undefined) return { status: "missing", problem: `it needs the secret ${lacking}, which is not to be had` };
  if (!check) return { status: "unchecked" };
  const { problem, ...found } = await inTurn(ask);
  return problem === undefined ? { ...found, status: "fine" } : { ...found, status: "missing", problem };
}
