import { isJsonObject, type Json, type OutputDiff } from "@dad/protocol";
import { jsonDiff } from "./json-diff.ts";
import type { EntryPair, PairReader } from "./read-pair.ts";
import { textDiff } from "./text-diff.ts";

/** How what two attempts gave differs: texts as texts, all else as JSON. `undefined`: it does not, or only one gave anything. */
export async function compareOutputs(outcome: EntryPair, reader: PairReader): Promise<OutputDiff | undefined> {
  if (!outcome.before || !outcome.after) return undefined;
  const read = await reader.values(outcome);
  if (!read) return undefined;
  const [before, after] = [asText(read.before), asText(read.after)];
  const areTexts = before.text !== undefined && after.text !== undefined;
  const text = areTexts ? textDiff(before.text, after.text) : undefined;
  const json = areTexts ? jsonDiff(before.rest, after.rest) : jsonDiff(read.before, read.after);
  return text || json ? { ...(text ? { text } : {}), ...(json ? { json } : {}) } : undefined;
}

interface TextAndRest {
  readonly text?: string;
  readonly rest?: Json;
}

/** A text, alone or with what is said about it, as a model node gives it. */
function asText(value: Json | undefined): TextAndRest {
  if (typeof value === "string") return { text: value };
  if (!isJsonObject(value)) return {};
  const { text, ...rest } = value;
  return typeof text === "string" ? { text, rest } : {};
}
