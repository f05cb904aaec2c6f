import type { BudgetLimits, ModelSettings } from "@dad/protocol";
import type { MakerAccess, SecretReference } from "./maker-access.ts";
import type { ModelPrice, ModelResource } from "./model-resource.ts";
import type { ResourceKind, ResourceKinds } from "./resource-registry.ts";
import type { ToolSource } from "./tool-source.ts";

/** How a provider is reached. All of it is data, so that it can be in a file. */
export interface ProviderDefinition {
  /** The provider package, when it is not that of its name, such as `@openrouter/ai-sdk-provider`. */
  readonly package?: string;
  readonly apiKey?: SecretReference;
  readonly baseURL?: string;
  /** Headers of all calls: texts, or secrets. */
  readonly headers?: Readonly<Record<string, string | { readonly secret: SecretReference }>>;
  /** What else the provider package takes, such as `region` or `project`: plain values, or `{ secret: "env:…" }` in the place of one. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Of all models of this provider together, in this process. */
  readonly limits?: CallLimits;
}

/** How much a provider is asked at a time. Shared by all runs of this process that use the same provider in the same profile. */
export interface CallLimits {
  readonly concurrency?: number;
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
}

/** How often and when a call is made again that failed for now. */
export interface CallRetry {
  /** In all, the first included. Default 3. */
  readonly attempts?: number;
  /** The first wait, in milliseconds; each further one is twice as long. Default 1,000. What a provider says itself (`retry-after`) comes first. */
  readonly delayMs?: number;
  /** The longest wait, in milliseconds. A provider that says a longer one fails the call. Default 60,000. */
  readonly maxDelayMs?: number;
}

/** What happens around each call of a model. */
export interface CallPolicies {
  /** How long one call may take, in milliseconds. Default 600,000. */
  readonly timeoutMs?: number;
  readonly retry?: CallRetry;
  /** The aliases of models that are asked instead, in this order, when this one fails for a while: never for a request that is wrong. */
  readonly fallbacks?: readonly string[];
}

/** A model as data. */
export interface ModelDefinition extends CallPolicies {
  /**
   * `openai`, `anthropic`, `google`, `amazon-bedrock`, …: a key of `providers`, or the name of a provider package. Of several, the
   * first that the profile has among its `providers`. Default: those that are known to have the model, in their order.
   */
  readonly provider?: string | readonly string[];
  /** As the provider names it. */
  readonly model: string;
  /** For requests that do not say. */
  readonly settings?: ModelSettings;
  readonly price?: ModelPrice;
  /** The most tokens of a reply. */
  readonly maxOutputTokens?: number;
  readonly limits?: CallLimits;
}

/** A profile as people write it, in a program, in `dad.config.ts`, or, where it is data, in `resources.json` or `resources.yaml`. */
export interface ProfileDefinition {
  /** The profiles from which it has all that it does not have itself. Of several, the later ones come first. */
  readonly extends?: string | readonly string[];
  /** What people should know about this profile, such as that its models are recordings. */
  readonly note?: string;
  /** By the alias that nodes ask for. A function is called when its model is first asked for, and once. */
  readonly models?: Readonly<Record<string, ModelResource | (() => ModelResource) | ModelDefinition>>;
  readonly providers?: Readonly<Record<string, ProviderDefinition>>;
  /** Absolute URLs, by the alias that nodes ask for. */
  readonly endpoints?: Readonly<Record<string, URL | string>>;
  readonly secrets?: Readonly<Record<string, SecretReference>>;
  /** Tools of others, by the alias that nodes ask for. */
  readonly tools?: Readonly<Record<string, ToolSource | ToolServerDefinition>>;
  /** For models that have none of their own: by the name of the model, or by `provider/model`. */
  readonly prices?: Readonly<Record<string, ModelPrice>>;
  /** What all runs of one process that use this profile may use together. */
  readonly budget?: BudgetLimits;
  /** Resources of kinds that other packages bring, by kind and by the alias that nodes ask for. */
  readonly others?: OtherResources;
}

/** The kinds that `ResourceKinds` has from other packages. */
type OtherKind = Exclude<ResourceKind, "model" | "endpoint" | "secret" | "tools">;

/** A function is called when its resource is first asked for, and once for each run; it may use secrets. What it makes is closed by nobody. */
export type OtherResources = {
  readonly [Kind in OtherKind]?: Readonly<Record<string, (access: MakerAccess) => ResourceKinds[Kind]>>;
};

/** A server of tools as data: a program that is started, or one that is reached by HTTP. */
export type ToolServerDefinition =
  | {
      readonly command: readonly [string, ...string[]];
      readonly cwd?: string;
      /** Its environment: what programs need to start, and these, which may be secrets. */
      readonly env?: Readonly<Record<string, string | { readonly secret: SecretReference }>>;
      /** Default: all. */
      readonly only?: readonly string[];
    }
  | {
      readonly url: string;
      readonly headers?: Readonly<Record<string, string | { readonly secret: SecretReference }>>;
      readonly only?: readonly string[];
    };
