import type { PromptDiff } from "@dad/protocol";
import { jsonDiff } from "./json-diff.ts";
import { askedModel } from "./prompt-text.ts";
import type { EntryPair, PairReader } from "./read-pair.ts";
import { textDiff } from "./text-diff.ts";

/** How two model nodes asked differently; `undefined` when these are none. The diff is empty when what they kept differs in nothing that was asked. */
export async function comparePrompts(state: EntryPair, reader: PairReader): Promise<PromptDiff | undefined> {
  if (!state.before || !state.after) return undefined;
  const read = await reader.values(state);
  const [before, after] = [askedModel(read?.before), askedModel(read?.after)];
  if (!before || !after) return undefined;
  const text = textDiff(before.text, after.text);
  const settings = jsonDiff(before.settings, after.settings);
  return { ...(text ? { text } : {}), ...(settings ? { settings } : {}) };
}
