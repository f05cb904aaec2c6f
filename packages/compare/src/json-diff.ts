import { canonicalJson, isJsonObject, type Json, type JsonChange, type JsonDiff } from "@dad/protocol";
import { diffArrays } from "diff";
import { textDiff } from "./text-diff.ts";

/** Beyond so many changed elements, the shortest difference of two arrays takes too long to find. */
const MOST_EDITS = 200;
const MOST_CHANGES = 200;

interface Found {
  readonly changes: JsonChange[];
  count: number;
  readonly most: number;
}

/**
 * The changes that make `after` of `before`, in the order in which they are made; `undefined` when there are none. Of more than `most`,
 * the others are counted. A value that is `undefined` is not there.
 */
export function jsonDiff(before: Json | undefined, after: Json | undefined, most = MOST_CHANGES): JsonDiff | undefined {
  const found: Found = { changes: [], count: 0, most };
  compare(found, "", [before, after]);
  return found.count === 0 ? undefined : { changes: found.changes, omitted: found.count - found.changes.length };
}

type Values = readonly [before: Json | undefined, after: Json | undefined];

function compare(found: Found, path: string, [before, after]: Values): void {
  if (before === after) return;
  if (isJsonObject(before) && isJsonObject(after)) compareMembers(found, path, [before, after]);
  else if (Array.isArray(before) && Array.isArray(after)) compareElements(found, path, [before, after]);
  else add(found, path, [before, after]);
}

type Members = Readonly<Record<string, Json>>;

function compareMembers(found: Found, path: string, [before, after]: readonly [Members, Members]): void {
  const memberOf = (value: Members, name: string) => (Object.hasOwn(value, name) ? value[name] : undefined);
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)]))
    compare(found, `${path}/${escaped(name)}`, [memberOf(before, name), memberOf(after, name)]);
}

/** Elements that went and came in the same place are compared with each other. */
function compareElements(found: Found, path: string, [before, after]: readonly [readonly Json[], readonly Json[]]): void {
  const at = { before: 0, after: 0 };
  let gone = 0;
  let come = 0;
  const settle = () => {
    for (; gone > 0 && come > 0; gone -= 1, come -= 1) compare(found, `${path}/${at.after}`, [before[at.before++], after[at.after++]]);
    for (; gone > 0; gone -= 1) add(found, `${path}/${at.after}`, [before[at.before++], undefined]);
    for (; come > 0; come -= 1) add(found, `${path}/${at.after}`, [undefined, after[at.after++]]);
  };
  for (const { kind, count } of elementSteps(before, after)) {
    if (kind === "removed") gone += count;
    else if (kind === "added") come += count;
    else {
      settle();
      at.before += count;
      at.after += count;
    }
  }
  settle();
}

interface ElementStep {
  readonly kind: "same" | "removed" | "added";
  readonly count: number;
}

function elementSteps(before: readonly Json[], after: readonly Json[]): readonly ElementStep[] {
  const [old, now] = [before.map(canonicalJson), after.map(canonicalJson)];
  const steps = diffArrays(old, now, { maxEditLength: MOST_EDITS });
  // Too different to say what is the same: place by place.
  if (steps === undefined)
    return [
      { kind: "removed", count: before.length },
      { kind: "added", count: after.length },
    ];
  return steps.map(({ added, removed, count }) => ({ kind: added ? "added" : removed ? "removed" : "same", count }));
}

function add(found: Found, path: string, [before, after]: Values): void {
  found.count += 1;
  if (found.changes.length >= found.most) return;
  const areTexts = typeof before === "string" && typeof after === "string" && [before, after].some((text) => /\n./.test(text));
  const text = areTexts ? textDiff(before, after) : undefined;
  found.changes.push({
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(text === undefined ? {} : { text }),
  });
}

/** A name as a part of a JSON Pointer. */
function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
