import { canonicalJson, isJsonObject, type Json, type NodeFingerprint, type PlanReason } from "@dad/protocol";
import { decodeValue, type NodeHistory } from "@dad/run-context";

/** What a node was told, as its artifact `input` has it, or is told now. */
export interface Told {
  readonly settings: Json;
  readonly input?: Json | undefined;
}

export interface Side {
  readonly fingerprint: NodeFingerprint;
  /** `undefined` when it cannot be read any more. */
  readonly told: Told | undefined;
}

/** The components that differ, in the order in which they are looked at: code, settings, static input, resources, workspace, input files. */
export function differences(before: Side, after: Side, unmarked: (text: string) => string): PlanReason[] {
  const compare = (component: string, one: Json | undefined, other: Json | undefined): PlanReason[] => {
    const [was, is] = [textOf(one, unmarked), textOf(other, unmarked)];
    return was === is ? [] : [reason(component, was, is)];
  };
  const [was, is] = [before.fingerprint, after.fingerprint];
  const found = [
    ...compare("code", was.code as Json, is.code as Json).map((found) => ({ ...found, message: codeInWords(was, is) })),
    ...(before.told && after.told ? toldDifferences(before.told, after.told, compare) : []),
    ...ofMembers("resource", was.resources ?? {}, is.resources ?? {}).flatMap(([component, one, other]) => compare(component, one, other)),
    ...compare("workspace", was.workspace, is.workspace),
    ...compare("inputFiles", was.inputFiles, is.inputFiles),
  ];
  if (found.length > 0) return found;
  if (before.told && after.told) return [{ component: "answers", message: "what was given for its questions is not what it was" }];
  return [{ component: "settings", message: "they are not what they were, and what they were cannot be read" }];
}

type Compare = (component: string, one: Json | undefined, other: Json | undefined) => PlanReason[];

function toldDifferences(before: Told, after: Told, compare: Compare): PlanReason[] {
  const settings =
    isJsonObject(before.settings) && isJsonObject(after.settings)
      ? ofMembers("settings", before.settings, after.settings).flatMap(([component, one, other]) => compare(component, one, other))
      : compare("settings", before.settings, after.settings);
  return [...settings, ...compare("static", before.input, after.input)];
}

type Members = Readonly<Record<string, Json>>;

function ofMembers(name: string, before: Members, after: Members): readonly (readonly [string, Json | undefined, Json | undefined])[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.map((member) => [`${name}.${member}`, before[member], after[member]] as const);
}

function textOf(value: Json | undefined, unmarked: (text: string) => string): string | undefined {
  const json = jsonOf(value);
  return json === undefined ? undefined : unmarked(json);
}

function reason(component: string, was: string | undefined, is: string | undefined): PlanReason {
  const sides = { ...(was === undefined ? {} : { before: JSON.parse(was) as Json }), ...(is === undefined ? {} : { after: JSON.parse(is) as Json }) };
  return { component, ...sides, message: `${component} ${inWords(was, is)}` };
}

/** Only what differs in it. */
function codeInWords(was: NodeFingerprint, is: NodeFingerprint): string {
  const changed = ofMembers("code", was.code as Members, is.code as Members).filter(([, one, other]) => one !== other);
  const texts = changed.map(([name, one, other]) => `${name} ${inWords(jsonOf(one), jsonOf(other))}`);
  return texts.join("; ");
}

function jsonOf(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}

function inWords(was: string | undefined, is: string | undefined): string {
  if (was === undefined) return `was not there, and is ${excerpt(is ?? "")}`;
  if (is === undefined) return `was ${excerpt(was)}, and is not there`;
  const at = firstDifference(was, is);
  return `was ${excerpt(was, at)}, and is ${excerpt(is, at)}`;
}

const SHOWN = 60;
const AROUND = 20;

/** A little of a text, around the place that matters. */
function excerpt(text: string, at = 0): string {
  if (text.length <= SHOWN) return text;
  const start = at > SHOWN - AROUND ? at - AROUND : 0;
  const end = start + SHOWN;
  return `${start > 0 ? "…" : ""}${text.slice(start, end).toWellFormed()}${end < text.length ? "…" : ""}`;
}

function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

/** What a node was told, when that travels with its record. */
export function toldInRecord({ artifacts }: NodeHistory): Told | undefined {
  const entry = artifacts.find(({ name }) => name === "input");
  return entry?.data === undefined ? undefined : toldOf(Buffer.from(entry.data, "base64").toString("utf8"), entry.mediaType);
}

/** The artifact `input` of a node, or `undefined` for what is none. */
export function toldOf(text: string, mediaType: string): Told | undefined {
  try {
    const value = decodeValue(text, mediaType);
    if (!isJsonObject(value) || value["settings"] === undefined) return undefined;
    // What it was asked for is nothing that it was given.
    return { settings: value["settings"], input: value["asked"] === true ? undefined : value["input"] };
  } catch {
    return undefined;
  }
}
