import { type BudgetLevel, DadError, type DadErrorOptions, nearestName } from "@dad/protocol";

/** `PROFILE_UNKNOWN`: there is no profile of this name. */
export class ProfileUnknownError extends DadError<"PROFILE_UNKNOWN"> {
  /** @param why - Why it was looked for, such as `which --profile asks for`, when the caller cannot know. */
  constructor(name: string, profiles: readonly string[], why?: string) {
    super("PROFILE_UNKNOWN", `there is no profile "${name}"${why === undefined ? "" : `, ${why}`}; ${hintOf(name, profiles)}`, {
      details: { profile: name, profiles },
    });
  }
}

/** `RESOURCE_UNKNOWN`: the profile has no resource of this kind and id. Lists those it has, or the kinds, where it has none of this one. */
export class ResourceUnknownError extends DadError<"RESOURCE_UNKNOWN"> {
  constructor(kind: string, id: string, profile: { readonly name: string; readonly ids: readonly string[]; readonly kinds?: readonly string[] }) {
    const { name, ids, kinds = [] } = profile;
    const problem = kinds.length === 0 ? `no ${kind} "${id}"; ${hintOf(id, ids)}` : `nothing of the kind "${kind}"; ${hintOf(kind, kinds)}`;
    super("RESOURCE_UNKNOWN", `profile "${name}" has ${problem}`, { details: { kind, id, profile: name, ids } });
  }
}

/** `PROFILE_INVALID`: profiles extend one another in a circle, or extend what is not there; or what a profile says of its resources does not fit together. */
export class ProfileInvalidError extends DadError<"PROFILE_INVALID"> {
  constructor(profile: string, problems: readonly string[]) {
    super("PROFILE_INVALID", `profile "${profile}" is not valid: ${problems.join("; ")}`, { details: { profile, problems } });
  }
}

/** `PROVIDER_UNKNOWN`: the profile has no provider for a model. Says which ones could serve it. */
export class ProviderUnknownError extends DadError<"PROVIDER_UNKNOWN"> {
  /** @param place - Which model of which profile. */
  constructor(place: string, problem: string, details: { readonly providers: readonly string[]; readonly candidates: readonly string[] }) {
    super("PROVIDER_UNKNOWN", `${place} has no provider: ${problem}`, { details });
  }
}

/**
 * - `MODEL_UNAUTHORIZED`: there is no key, or the provider does not accept it or has no credit for it.
 * - `MODEL_RATE_LIMITED`: too many calls. Retryable; `details.retryAfterMs` when the provider says when.
 * - `MODEL_UNAVAILABLE`: the provider cannot be reached or does not work. Retryable, unless the model could not even be made.
 *   `details.reached` is `false` when it is certain that nobody was called.
 * - `MODEL_REFUSED`: the request is wrong.
 * - `MODEL_REPLY_INVALID`: what came cannot be read as a reply, or used as the one that was asked for.
 * - `MODEL_NOT_RECORDED`: a recording or a script has no reply to the request.
 *
 * What it cost until it failed is in `details.usage`, when that is known.
 */
export type ModelErrorCode =
  | "MODEL_UNAUTHORIZED"
  | "MODEL_RATE_LIMITED"
  | "MODEL_UNAVAILABLE"
  | "MODEL_REFUSED"
  | "MODEL_REPLY_INVALID"
  | "MODEL_NOT_RECORDED";

/** A model call that failed. */
export class ModelError extends DadError<ModelErrorCode> {
  // oxlint-disable-next-line no-useless-constructor -- narrows the code
  constructor(code: ModelErrorCode, message: string, options?: DadErrorOptions) {
    super(code, message, options);
  }
}

/** `TAPE_UNREADABLE`: the recording of a model cannot be read, is not JSON or has not the form of a tape. */
export class TapeUnreadableError extends DadError<"TAPE_UNREADABLE"> {
  /** @param place - The file, or what else the recording was read from. */
  constructor(place: string, problem: string, options: DadErrorOptions = {}) {
    super("TAPE_UNREADABLE", `${place} is not a readable recording of a model: ${problem}`, { ...options, details: { place } });
  }
}

/** `SCRIPT_UNUSED`: a scripted model was not asked for all of its answers. */
export class ScriptUnusedError extends DadError<"SCRIPT_UNUSED"> {
  constructor(asked: number, left: readonly string[]) {
    super("SCRIPT_UNUSED", `the script of a model has ${left.length} more than the ${asked} that it was asked for: ${left.join(", ")}`, {
      details: { asked, left },
    });
  }
}

export interface BudgetRefused {
  /** What was to be set aside for the call, in the same unit. Default: it is about the time, or nothing more may be begun. */
  readonly wanted?: number;
}

/**
 * `BUDGET_EXHAUSTED`: a call does not fit into what is left of a budget, or its time is up. Nothing was called. `details` is a `BudgetLevel`,
 * with `wanted` for what the call was expected to use.
 */
export class BudgetExhaustedError extends DadError<"BUDGET_EXHAUSTED"> {
  constructor(level: BudgetLevel, { wanted }: BudgetRefused = {}) {
    const { scope, unit, limit, spent, isPart = false } = level;
    const why = isPart
      ? "what some calls cost is not known, and so no further one is made. Limit tokens or calls instead"
      : wanted === undefined
        ? "nothing more is begun. Give a larger one"
        : `the next call may need ${wanted}. Give a larger one`;
    super("BUDGET_EXHAUSTED", `the budget of ${nameOfScope(scope)} is exhausted: ${spent} of ${limit} ${NAMES[unit]} are spent, and ${why}`, {
      details: { scope, unit, limit, spent, ...(wanted === undefined ? {} : { wanted }), ...(isPart ? { isPart } : {}) },
    });
  }
}

const NAMES: Readonly<Record<BudgetLevel["unit"], string>> = { tokens: "tokens", usd: "US dollars", calls: "calls", timeMs: "ms" };

function nameOfScope(scope: string): string {
  return scope === "run" || scope.startsWith("profile ") ? `the ${scope}` : scope;
}

/** `PRICE_UNKNOWN`: a budget is in US dollars, and nobody has said what a model costs. Nothing was called. */
export class PriceUnknownError extends DadError<"PRICE_UNKNOWN"> {
  constructor(model: string, scope: string) {
    super(
      "PRICE_UNKNOWN",
      `the budget of ${nameOfScope(scope)} is in US dollars, and the price of ${model} is not known: give it a price in the profile, or limit tokens or calls instead`,
      { details: { model, scope } },
    );
  }
}

/** `TOOLS_UNAVAILABLE`: a source of tools cannot be started or reached, broke off, or does not speak the protocol. */
export class ToolSourceError extends DadError<"TOOLS_UNAVAILABLE"> {
  constructor(source: string, problem: string, options: DadErrorOptions = {}) {
    super("TOOLS_UNAVAILABLE", `the tools of ${source} are not to be had: ${problem}`, { ...options, details: { ...options.details, source } });
  }
}

function hintOf(name: string, names: readonly string[]): string {
  if (names.length === 0) return "there is none";
  const meant = nearestName(name, names);
  return `${meant === undefined ? "" : `did you mean ${meant}? `}there ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`;
}
