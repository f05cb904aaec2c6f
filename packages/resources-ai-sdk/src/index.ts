/**
 * Models of any AI SDK provider as DAD resources.
 *
 * @packageDocumentation
 */
export { aiSdkModel, type AiSdkModelOptions, type LazyAiSdkModelOptions } from "./ai-sdk-model.ts";
export type { ModelPrice } from "./usage.ts";
