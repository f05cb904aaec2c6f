import type { Json } from "@dad/protocol";

/** The value of a text in JSON; `undefined` of one that is none. */
export function parsedJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
