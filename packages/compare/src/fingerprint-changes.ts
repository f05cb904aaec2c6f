import { canonicalJson, type FingerprintChange, isJsonObject, type Json, type NodeFingerprint } from "@dad/protocol";
import type { EntryPair, Pair, PairReader } from "./read-pair.ts";

/** What the result of a node depends on, of two attempts. */
export interface FingerprintPair {
  readonly fingerprints: Pair<NodeFingerprint | undefined>;
  /** The artifact `input`: the settings, and the static input. */
  readonly input: EntryPair;
}

/** The components that differ. None of equal fingerprints, whatever is in them: what is a run's own differs always. */
export async function fingerprintChanges({ fingerprints, input }: FingerprintPair, reader: PairReader): Promise<FingerprintChange[]> {
  const { before, after } = fingerprints;
  if (before !== undefined && before.digest === after?.digest) return [];
  const read = input.before && input.after ? await reader.values(input) : undefined;
  const settings = read ? inputChanges(read) : [];
  // One that was recorded before there were fingerprints says nothing of the rest.
  if (!before || !after) return settings;
  const changes = [...codeChanges(before, after), ...settings, ...resourceChanges(before, after), ...workspaceChanges(before, after)];
  return changes.length > 0 ? changes : [{ component: "unknown", before: before.digest, after: after.digest }];
}

function inputChanges({ before, after }: Pair<Json | undefined>): FingerprintChange[] {
  const memberOf = (value: Json | undefined, name: string): Json | undefined => (isJsonObject(value) ? value[name] : undefined);
  const settingsOf = (value: Json | undefined) => asRecord(memberOf(value, "settings"));
  const settings = recordChanges("settings", { before: settingsOf(before), after: settingsOf(after) });
  return [...settings, ...changeOf("static", { before: memberOf(before, "input"), after: memberOf(after, "input") })];
}

function codeChanges({ code: before }: NodeFingerprint, { code: after }: NodeFingerprint): FingerprintChange[] {
  return changeOf("code", { before: before as Json, after: after as Json });
}

function resourceChanges({ resources: before = {} }: NodeFingerprint, { resources: after = {} }: NodeFingerprint): FingerprintChange[] {
  return recordChanges("resources", { before, after });
}

function workspaceChanges({ workspace: before }: NodeFingerprint, { workspace: after }: NodeFingerprint): FingerprintChange[] {
  return changeOf("workspace", { before, after });
}

type Members = Readonly<Record<string, Json>>;

function recordChanges(kind: string, { before, after }: Pair<Members>): FingerprintChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => changeOf(`${kind}.${name}`, { before: before[name], after: after[name] }));
}

function changeOf(component: string, { before, after }: Pair<Json | undefined>): FingerprintChange[] {
  if (textOf(before) === textOf(after)) return [];
  return [{ component, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

function textOf(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}

function asRecord(value: Json | undefined): Members {
  return isJsonObject(value) ? value : {};
}
