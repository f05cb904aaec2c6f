import { isSecretName } from "@dad/secrets";

/** `--token X` and `--token=X`, `API_KEY=X`, `X-Api-Key: X` and `Authorization: Bearer X`, also within a line for a shell. */
const NAMED = /(?<![\w-])(?:-{1,2}([A-Za-z][\w-]*)(?:[=:]|\s+)|([A-Za-z][\w-]*)[=:])\s*["']?(?:(?:Bearer|Basic|Token)\s+)?([^\s"'`;&|()]+)/g;
const FLAG = /^-{1,2}([A-Za-z][\w-]*)$/;

/**
 * Whether an argument of a command has a secret, by what it is called.
 *
 * @param before - The argument before it.
 */
export function hasSecretArgument(text: string, before: unknown): boolean {
  const flag = typeof before === "string" ? FLAG.exec(before)?.[1] : undefined;
  if (flag !== undefined && isNameOfSecret(flag) && isSecretValue(text)) return true;
  return [...text.matchAll(NAMED)].some(([, ofFlag, ofOther, value = ""]) => isNameOfSecret(ofFlag ?? ofOther ?? "") && isSecretValue(value));
}

/** `--secret-id` says which one it is. */
function isNameOfSecret(name: string): boolean {
  return isSecretName(name) && !/[-_]id$/i.test(name);
}

const LEAST_CHARACTERS = 8;

/** What says where the value is, is none itself: a variable, another flag, a file, a reference. Nor is a mere word. */
function isSecretValue(value: string): boolean {
  const isPlace = /^([$%-]|\.{0,2}[\\/]|~|[a-z]:[\\/]|(env|file|cmd):)/i.test(value) || /\.(pem|key|crt|json|ya?ml|txt|env)$/i.test(value);
  return value.length >= LEAST_CHARACTERS && !isPlace && !/^[a-z]+$/i.test(value);
}
