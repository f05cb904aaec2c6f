import { isJsonObject, type Json } from "@dad/protocol";
import { withoutCredentials } from "@dad/secrets";
import { isPlainObject, referenceIn } from "../maker-access.ts";
import type { ModelToMake } from "../resource-makers.ts";
import type { ModelSettings } from "../model-resource.ts";

/** What replies of a model as data depend on, besides its name and the request. No secret, nor which one it is. */
export function modelIdentity({ how, maxOutputTokens }: ModelToMake, settings: ModelSettings | undefined): Json | undefined {
  const { package: from, baseURL, headers, options } = how;
  const facts = {
    ...(from === undefined ? {} : { package: from }),
    ...(baseURL === undefined ? {} : { baseURL: withoutCredentials(baseURL) }),
    ...memberOf("headers", headers),
    ...memberOf("options", options),
    ...memberOf("settings", settings),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  };
  return Object.keys(facts).length === 0 ? undefined : facts;
}

function memberOf(name: string, value: object | undefined): { readonly [name: string]: Json } {
  const plain = plainPart(value);
  return isJsonObject(plain) && Object.keys(plain).length > 0 ? { [name]: plain } : {};
}

/** A value without what is a secret in it, or no JSON. */
function plainPart(value: unknown): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => plainPart(item) ?? null);
  if (!isPlainObject(value)) return scalar(value);
  if (referenceIn(value) !== undefined) return undefined;
  const members = Object.entries(value).map(([key, member]) => [key, plainPart(member)] as const);
  return Object.fromEntries(members.filter((member): member is readonly [string, Json] => member[1] !== undefined));
}

function scalar(value: unknown): Json | undefined {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : undefined;
}
