import { DadError, type DadErrorOptions } from "@dad/protocol";

/** `PROFILE_UNKNOWN`: there is no profile of this name. */
export class ProfileUnknownError extends DadError<"PROFILE_UNKNOWN"> {
  constructor(name: string, profiles: readonly string[]) {
    super("PROFILE_UNKNOWN", `there is no profile "${name}"; there ${listOf(profiles)}`, { details: { profile: name, profiles } });
  }
}

/** `RESOURCE_UNKNOWN`: the profile has no resource of this kind and id. */
export class ResourceUnknownError extends DadError<"RESOURCE_UNKNOWN"> {
  constructor(kind: string, id: string, profile: { readonly name: string; readonly ids: readonly string[] }) {
    super("RESOURCE_UNKNOWN", `profile "${profile.name}" has no ${kind} "${id}"; there ${listOf(profile.ids)}`, {
      details: { kind, id, profile: profile.name, ids: profile.ids },
    });
  }
}

/**
 * A model call that failed. `MODEL_UNAUTHORIZED`, `MODEL_RATE_LIMITED` (retryable), `MODEL_UNAVAILABLE`
 * (retryable), `MODEL_REFUSED` (the request is wrong), `MODEL_REPLY_INVALID` (the reply is),
 * `MODEL_NOT_RECORDED` (a recording has no such request).
 */
export type ModelErrorCode = "MODEL_UNAUTHORIZED" | "MODEL_RATE_LIMITED" | "MODEL_UNAVAILABLE" | "MODEL_REFUSED" | "MODEL_REPLY_INVALID" | "MODEL_NOT_RECORDED";

export class ModelError extends DadError<ModelErrorCode> {
  // oxlint-disable-next-line no-useless-constructor -- narrows the code
  constructor(code: ModelErrorCode, message: string, options?: DadErrorOptions) {
    super(code, message, options);
  }
}

function listOf(names: readonly string[]): string {
  if (names.length === 0) return "is none";
  return `${names.length === 1 ? "is" : "are"} ${names.join(", ")}`;
}
