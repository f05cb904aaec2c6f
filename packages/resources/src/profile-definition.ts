import type { ModelResource } from "./model-resource.ts";

/** A profile as people write it, in a program or in `dad.config.ts`. */
export interface ProfileDefinition {
  /** What people should know about this profile, such as that its models are recordings. */
  readonly note?: string;
  /** By the alias that nodes ask for. A function is called when its model is first asked for, and once. */
  readonly models?: Readonly<Record<string, ModelResource | (() => ModelResource)>>;
  /** Absolute URLs, by the alias that nodes ask for. */
  readonly endpoints?: Readonly<Record<string, URL | string>>;
}
