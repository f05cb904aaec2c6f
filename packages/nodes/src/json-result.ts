import { canonicalJson, type Json, messageOf } from "@dad/protocol";

/**
 * What somebody's function returned, as JSON; nothing stands for `null`.
 *
 * @param refuse - Makes the error to throw of the place and the kind of what JSON cannot carry.
 */
export function jsonResult(result: unknown, refuse: (problem: string, options: { readonly cause: unknown }) => Error): Json {
  if (result === undefined) return null;
  try {
    canonicalJson(result);
    return result as Json;
  } catch (cause) {
    throw refuse(messageOf(cause), { cause });
  }
}
