import { assertJson, isJsonObject, messageOf } from "@dad/protocol";
import type { Interception, Interceptor, InterceptOptions, NamedInterception, Questions } from "./event-bus.ts";
import { frozenCopy } from "./frozen-copy.ts";
import type { Answerer } from "./handler-desk.ts";
import { readLimits } from "./handler-options.ts";
import { pathMatcher } from "./path-pattern.ts";

type Moment = keyof Interceptor;

/** Those who answer for an interceptor: for each moment at which it wants to be asked. */
export type InterceptionAnswerers = { readonly [When in Moment]?: Answerer<`node.${When}`> };

/** @throws TypeError for a malformed pattern, an interceptor that never decides, and options that are none. */
export function answerersOf(
  path: string,
  interceptor: Interceptor,
  { critical = false, signal, ...options }: InterceptOptions,
): InterceptionAnswerers {
  const limits = readLimits(options, "interceptor");
  const { name } = limits;
  const matches = pathMatcher(path);
  if (!interceptor.before && !interceptor.after)
    throw new TypeError(`The interceptor "${name}" has neither "before" nor "after": it would never be asked.`);
  const common = {
    concerns: (node: Questions["node.before"]["question"]) => matches(node.path),
    limits,
    signal,
    ...(critical ? { failing: (error: unknown): NamedInterception => ({ veto: `${name} failed: ${messageOf(error)}`, by: name }) } : {}),
  };
  return {
    ...(interceptor.before && { before: { ...common, answer: async (node, options) => named(await interceptor.before?.(node, options), name) } }),
    ...(interceptor.after && { after: { ...common, answer: async (node, options) => named(await interceptor.after?.(node, options), name) } }),
  };
}

/** Who intercepts gives its reason, and nothing that could be taken for something else. */
function named(given: Interception | undefined, by: string): NamedInterception | undefined {
  if (given === undefined) return undefined;
  const decided = frozenCopy(given);
  if (isJsonObject(decided)) {
    const { veto, replace, reason, ...rest } = decided as Record<string, unknown>;
    if (Object.keys(rest).length === 0) {
      if (isReason(veto) && replace === undefined && reason === undefined) return { veto, by };
      if (veto === undefined && replace !== undefined && isReason(reason)) {
        assertJson(replace);
        return { replace, reason, by };
      }
    }
  }
  throw new TypeError(
    `The interceptor "${by}" decided in no form that there is: { veto: "the reason" }, or { replace: value, reason: "the reason" }.`,
  );
}

function isReason(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}
