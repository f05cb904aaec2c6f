import { AISDKError } from "@ai-sdk/provider";
import { type MakeModel, type MakerAccess, ModelError, type ModelToMake } from "@dad/resources";
import { redactor, type Redactor } from "@dad/secrets";
import { aiSdkModel } from "./ai-sdk-model.ts";
import { fetchFromOne } from "./fetch-from-one.ts";
import { loadPackage } from "./load-package.ts";
import type { AiSdkEmbeddingModel, AiSdkLanguageModel } from "./older-versions.ts";
import { type ProviderPackage, providerPackage } from "./provider-package.ts";
import { revealed } from "./revealed.ts";

export interface AiSdkModelsOptions {
  /** The directory whose packages are used: that of the project. Nobody's provider package is used but what is installed for it. */
  readonly from: string;
}

/** What `createOpenAI()` and its like make. */
interface Provider {
  languageModel(modelId: string): AiSdkLanguageModel;
  embeddingModel?(modelId: string): AiSdkEmbeddingModel;
  /** As version 2 of the specification calls it. */
  textEmbeddingModel?(modelId: string): AiSdkEmbeddingModel;
}

/**
 * Makes the models of profiles that are data, with the provider packages of the AI SDK: that of the name of the provider, `package` of the
 * provider, or, for any other with a `baseURL`, `@ai-sdk/openai-compatible`. The first call of a model imports the package and reveals the
 * secrets that the provider needs.
 *
 * @throws ModelError from `generate` and `embed`, besides those of `aiSdkModel`: `MODEL_UNAVAILABLE` (not retryable) when the package is
 * not installed, with the command that does that in `details.install`, or is none that makes models.
 * @throws SecretUnavailableError (`SECRET_UNAVAILABLE`), from them as well.
 */
export function aiSdkModels({ from }: AiSdkModelsOptions): MakeModel {
  return (toMake, access) => {
    const { model: modelId, price, maxOutputTokens } = toMake;
    const found = providerPackage(toMake);
    const hidden = redactor();
    let opening: Promise<Provider> | undefined;
    // For both kinds of models. One that failed is opened again.
    const provider = async (): Promise<Provider> => {
      opening ??= openProvider({ toMake, found, from, access, hidden });
      try {
        return await opening;
      } catch (error) {
        opening = undefined;
        throw error;
      }
    };
    return aiSdkModel({
      provider: found?.provider ?? toMake.provider,
      modelId,
      model: async () => (await provider()).languageModel(modelId),
      ...(found?.embeds && { embeddings: async () => embeddingModelOf(await provider(), toMake) }),
      price,
      maxOutputTokens,
      ...(found && { capabilities: found.capabilities }),
      redactor: hidden,
    });
  };
}

interface Opening {
  readonly toMake: ModelToMake;
  readonly found: ProviderPackage | undefined;
  readonly from: string;
  readonly access: MakerAccess;
  readonly hidden: Redactor;
}

async function openProvider({ toMake, found, from, access, hidden }: Opening): Promise<Provider> {
  if (!found) {
    const problem = "nobody knows its package: give the provider a package, or a baseURL where it is compatible with OpenAI";
    throw unavailable(toMake, problem, {});
  }
  const exported = await loadPackage(found.specifier, from);
  const install = `npm install ${found.name}`;
  if (!exported) throw unavailable(toMake, `the package ${found.name} is not installed for ${from}: ${install}`, { package: found.name, install });
  const create = factoryOf(exported, found.name);
  if (!create) throw unavailable(toMake, `the package ${found.specifier} exports no function create… that makes a provider`, { package: found.name });
  const { apiKey, baseURL, headers, options } = toMake.how;
  const given = { ...options, ...(apiKey !== undefined && { apiKey: { secret: apiKey } }), ...(headers && { headers }) };
  const settings = await revealed(given, { access, hidden });
  const provider = create({ fetch: fetchFromOne, ...found.settings, ...(settings as object), ...(baseURL !== undefined && { baseURL }) }) as
    | Partial<Provider>
    | undefined;
  if (typeof provider?.languageModel === "function") return provider as Provider;
  throw unavailable(toMake, `what ${found.specifier} makes has no languageModel: ${install}@latest`, {
    package: found.name,
    install: `${install}@latest`,
  });
}

type Factory = (settings: object) => unknown;

/** `createAzure` of `@ai-sdk/azure`, or else the first function that is called like that. */
function factoryOf(exported: Readonly<Record<string, unknown>>, name: string): Factory | undefined {
  const wanted = `create${name.replace(/^@ai-sdk\//, "")}`.replaceAll("-", "").toLowerCase();
  const names = Object.keys(exported).filter((key) => /^create[A-Z]/.test(key) && typeof exported[key] === "function");
  const best = names.find((key) => key.toLowerCase() === wanted) ?? names.toSorted()[0];
  return best === undefined ? undefined : (exported[best] as Factory);
}

function embeddingModelOf(provider: Provider, toMake: ModelToMake): AiSdkEmbeddingModel {
  try {
    const model = provider.embeddingModel?.(toMake.model) ?? provider.textEmbeddingModel?.(toMake.model);
    if (model) return model;
  } catch (error) {
    if (!AISDKError.isInstance(error)) throw error;
  }
  const { provider: name, model: modelId } = toMake;
  throw new ModelError("MODEL_REFUSED", `${name} ${modelId} makes no vectors`, { details: { provider: name, modelId } });
}

function unavailable({ provider, model }: ModelToMake, problem: string, details: ModelError["details"]): ModelError {
  return new ModelError("MODEL_UNAVAILABLE", `${provider} ${model} could not be made: ${problem}`, {
    details: { provider, modelId: model, reached: false, ...details },
  });
}
