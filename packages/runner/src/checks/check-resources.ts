import { type ComponentDefinition, fitted, type NodeDefinition, walk } from "@dad/agent";
import { type BudgetLimits, canonicalJson, DadError, isJsonObject, type Json, messageOf } from "@dad/protocol";
import type { ResourceNeed, ResourceProfile } from "@dad/resources";
import { renderValue } from "@dad/template";
import { z } from "zod";
import { checkPrices } from "../budget/check-prices.ts";
import { type MissingResource, ResourcesMissingError } from "../errors.ts";

/**
 * Finds the models and other resources that nodes ask for and the profile has not, before anything was done and paid for. What
 * a node asks for by a template is known only when it runs.
 *
 * @throws ResourcesMissingError (`RESOURCE_UNKNOWN`) that lists all of them, each with the path of its node; PricesUnknownError (`PRICE_UNKNOWN`)
 * likewise, of models without a price that a budget in US dollars holds for.
 */
export function checkResources(definition: ComponentDefinition, profile: ResourceProfile, { budget }: CheckResourcesOptions = {}): void {
  const nodes = [...walk(definition)].flatMap(({ path, definition: at }) => (at.kind === "node" ? [{ path, needs: needsOf(at) }] : []));
  const missing = nodes.flatMap(({ path, needs }) => missingOf(needs, profile).map((need) => ({ ...need, path })));
  if (missing.length > 0) throw new ResourcesMissingError(missing, profile);
  if (budget !== false)
    checkPrices(definition, { needs: nodes.flatMap(({ path, needs }) => needs.map((need) => ({ ...need, path }))), profile, budget });
}

export interface CheckResourcesOptions {
  /** That of the run. `false`: what models cost does not matter yet, because most of it may be reused. */
  readonly budget?: BudgetLimits | false | undefined;
}

/** What a profile does not have of what is needed. */
export function missingOf(needs: readonly ResourceNeed[], profile: ResourceProfile): readonly Omit<MissingResource, "path">[] {
  return needs.flatMap((need) => {
    if ("query" in need) return profile.models(need.query).length > 0 ? [] : [noneSo(profile, canonicalJson(need.query))];
    if (!profile.ids(need.kind).includes(need.id)) return [need];
    // One that no provider has is in no answer, whatever is asked.
    const isThere = need.kind !== "model" || profile.models({ among: [need.id] }).length > 0;
    return isThere ? [] : [{ ...need, why: whyNot(profile, need.id) }];
  });
}

function noneSo(profile: ResourceProfile, query: string): Omit<MissingResource, "path"> {
  const there = profile.models({}).map((alias) => {
    const { provider, modelId } = profile.get("model", alias);
    return `"${alias}" (${provider}/${modelId})`;
  });
  return { kind: "model", id: query, why: `no model is ${query}; there ${there.length === 1 ? "is" : "are"} ${there.join(", ") || "none"}` };
}

/** Nobody is called, and nothing is made: it is known that there is nothing to make. */
function whyNot(profile: ResourceProfile, model: string): string {
  try {
    profile.get("model", model);
    return `the model "${model}" is not to be had`;
  } catch (error) {
    return messageOf(error);
  }
}

function needsOf({ nodeType, settings }: NodeDefinition): readonly ResourceNeed[] {
  if (!nodeType.needs) return [];
  const known = knownSettings(nodeType.settings, settings);
  return known === undefined ? [] : nodeType.needs(known);
}

/** Most nodes read something in one setting or another, and say in the others whom they ask. */
function knownSettings(schema: z.ZodType, settings: Json): unknown {
  if (!(schema instanceof z.ZodObject) || !isJsonObject(settings)) return known(schema, settings);
  const members = Object.entries(schema.shape).map(
    ([name, member]) => [name, known(member as z.ZodType, Object.hasOwn(settings, name) ? settings[name] : undefined)] as const,
  );
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

/** What a schema makes of a value in which nothing is read. */
function known(schema: z.ZodType, value: Json | undefined): Json | undefined {
  const rendered = value === undefined ? undefined : renderedAlone(value);
  if (value !== undefined && rendered === undefined) return undefined;
  const fit = fitted(schema, rendered);
  return "data" in fit ? fit.data : undefined;
}

/** A value with its templates rendered, or `undefined` when they read anything. */
function renderedAlone(value: Json): Json | undefined {
  let reads = false;
  const read = (): undefined => void (reads = true);
  try {
    const rendered = renderValue(value, { variable: read, variables: () => [], node: read, nodes: () => [] });
    return reads ? undefined : rendered;
  } catch (error) {
    // Either that they read something, or what is wrong with the definition itself.
    if (!DadError.is(error)) throw error;
    return undefined;
  }
}
