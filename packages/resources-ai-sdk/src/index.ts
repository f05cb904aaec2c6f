/**
 * Models of any AI SDK provider as DAD resources.
 *
 * @packageDocumentation
 */
export { aiSdkModel, type AiSdkModelOptions, type LazyAiSdkModelOptions } from "./ai-sdk-model.ts";
export { aiSdkModels, type AiSdkModelsOptions } from "./ai-sdk-models.ts";
export type { AiSdkEmbeddingModel, AiSdkLanguageModel } from "./older-versions.ts";
