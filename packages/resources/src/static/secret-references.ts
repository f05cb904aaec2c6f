import { isPlainObject, referenceIn, type SecretReference } from "../maker-access.ts";
import type { ProfileDefinition, ProviderDefinition } from "../profile-definition.ts";
import { isToolServerDefinition, type ToolsEntry } from "./written-resources.ts";

/** The references of all secrets that a profile names: those of its own, of its providers and of its tools. Each once. */
export function secretReferences({ secrets = {}, providers = {}, tools = {} }: ProfileDefinition): readonly SecretReference[] {
  return [
    ...new Set([
      ...Object.values(secrets),
      ...Object.values(providers).flatMap(referencesOfProvider),
      ...Object.values(tools).flatMap(referencesOfTools),
    ]),
  ];
}

/** Those that calls of a provider need. */
export function referencesOfProvider({ apiKey, headers, options }: ProviderDefinition): readonly SecretReference[] {
  return [...(apiKey === undefined ? [] : [apiKey]), ...secretsAmong(headers), ...secretsAmong(options)];
}

/** Those that a server of tools needs. */
export function referencesOfTools(source: ToolsEntry): readonly SecretReference[] {
  if (!isToolServerDefinition(source)) return [];
  return secretsAmong("url" in source ? source.headers : source.env);
}

/** `{ secret: "env:NAME" }`, wherever one stands. */
function secretsAmong(value: unknown): readonly SecretReference[] {
  if (Array.isArray(value)) return value.flatMap(secretsAmong);
  if (!isPlainObject(value)) return [];
  const reference = referenceIn(value);
  return reference === undefined ? Object.values(value).flatMap(secretsAmong) : [reference];
}
