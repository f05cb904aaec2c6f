import { IsolationUnavailableError } from "./errors.ts";
import { type Guard, type Guards, MEANING, unguarded } from "./guard.ts";
import type { IsolationProblem } from "./isolation-problem.ts";
import type { ResolvedPolicy } from "./policy.ts";

/**
 * What a space of these guards lacks of a policy that says that it may. For adapters: call it before anything runs.
 *
 * @param problems of the machine; a guard that none of them is about gets one that names other adapters.
 * @throws IsolationUnavailableError (`ISOLATION_UNAVAILABLE`) when something is missing and the policy does not say `degrade`.
 */
export function assertGuarded(
  adapter: string,
  guards: Guards,
  { policy, problems }: { readonly policy: ResolvedPolicy; readonly problems: readonly IsolationProblem[] },
): readonly Guard[] {
  const missing = unguarded(guards, policy.required);
  if (missing.length === 0 || policy.onMissing === "degrade") return missing;
  throw new IsolationUnavailableError(adapter, missing, problemsOf(adapter, missing, problems));
}

/** What is to be said of guards that are missing. */
export function problemsOf(adapter: string, missing: readonly Guard[], problems: readonly IsolationProblem[] = []): readonly IsolationProblem[] {
  const general = problems.filter(({ guard }) => guard === undefined);
  // What keeps the whole adapter from working is the reason for each guard that it lacks.
  if (general.length > 0) return general;
  const own = problems.filter(({ guard }) => guard !== undefined && missing.includes(guard));
  const others = missing.filter((missed) => !own.some(({ guard }) => guard === missed));
  return [...own, ...problemOf(adapter, others)];
}

function problemOf(adapter: string, guards: readonly Guard[]): readonly IsolationProblem[] {
  const [first, ...more] = guards;
  if (first === undefined) return [];
  if (more.length === 0)
    return [
      {
        guard: first,
        message: `with ${adapter}, a command can ${MEANING[first]} (${first})`,
        remedy: `use an isolation adapter that guards ${first}, or take it out of what the policy requires`,
      },
    ];
  const message = `with ${adapter}, nothing guards ${guards.join(", ")}`;
  return [{ message, remedy: "use an isolation adapter that guards these, or take them out of what the policy requires" }];
}
