import type { ComponentDefinition } from "@dad/agent";
import type { BudgetLimits, NodePath } from "@dad/protocol";
import type { ResourceNeed, ResourceProfile } from "@dad/resources";
import { PricesUnknownError } from "../errors.ts";
import { definitionBudgets, scopeOf } from "./definition-budgets.ts";

export interface CheckPricesOptions {
  readonly needs: readonly (ResourceNeed & { readonly path: string })[];
  readonly profile: ResourceProfile;
  /** That of the run. */
  readonly budget: BudgetLimits | undefined;
}

/**
 * Finds the nodes that would be refused as soon as they ask a model, because a budget in US dollars holds for them and nobody has said what
 * that model costs.
 *
 * @throws PricesUnknownError (`PRICE_UNKNOWN`) that lists all of them.
 */
export function checkPrices(root: ComponentDefinition, { needs, profile, budget }: CheckPricesOptions): void {
  const definition = definitionBudgets(root);
  const limitedBy = (path: string): string | undefined => {
    if (budget?.usd !== undefined) return "run";
    if (profile.budget?.limits.usd !== undefined) return profile.budget.scope;
    const [around] = definition.around(path as NodePath).find(([, limits]) => limits.usd !== undefined) ?? [];
    return around && scopeOf(around);
  };
  const isUnknown = (id: string): boolean => {
    const { price, capabilities } = profile.get("model", id);
    return price === undefined && !capabilities.recorded;
  };
  const unknown = needs.flatMap(({ path, ...need }) => {
    const scope = need.kind === "model" ? limitedBy(path) : undefined;
    if (scope === undefined) return [];
    // Of several that fit, it is told which one when it is asked.
    const ids = "query" in need ? profile.models(need.query) : [need.id];
    return ids.every(isUnknown) ? [{ path, id: ids.join(" or "), scope }] : [];
  });
  if (unknown.length > 0) throw new PricesUnknownError(unknown, profile.name);
}
