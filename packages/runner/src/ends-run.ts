import { DadError } from "@dad/protocol";
import { endsRerun } from "./rerun/errors.ts";

/** Whether something failed that no policy of a node and no `try` handles: that a re-run is not what it was to be, or that a budget of the whole run is exhausted. */
export function endsRun(error: unknown): boolean {
  return endsRerun(error) || exhaustsRun(error);
}

/** Whether the budget of the run, or of its profile, is exhausted: nothing in it can go on with what costs something. */
export function exhaustsRun(error: unknown): boolean {
  return exhaustedScopes(error).some((scope) => scope === "run" || scope.startsWith("profile "));
}

/** Whether a budget is exhausted, also that of a single node: it would be so each time. */
export function isExhausted(error: unknown): boolean {
  return exhaustedScopes(error).length > 0;
}

function exhaustedScopes(error: unknown): string[] {
  const scopes: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) {
    const scope = DadError.is(at, "BUDGET_EXHAUSTED") ? at.details["scope"] : undefined;
    if (typeof scope === "string") scopes.push(scope);
  }
  return scopes;
}
