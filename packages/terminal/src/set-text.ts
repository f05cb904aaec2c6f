import type { Json } from "@dad/protocol";
import { inOneLine } from "./compared-values.ts";

/** By path and field, what was set. */
type SetByPath = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** UTF-16 code units of a value. */
const MOST_OF_A_VALUE = 24;

/**
 * What was set for some runs, one short text for each: `temperature=0.2 model="b"`. A field is called by as many of its last steps as
 * tell it apart from the others.
 */
export function setText(sets: readonly SetByPath[]): readonly string[] {
  const places = [...new Set(sets.flatMap((set) => fieldsOf(set).map(({ place }) => place)))];
  return sets.map((set) =>
    fieldsOf(set)
      .map(({ place, value }) => `${inOneLine(shortest(place, places))}=${shortValue(value)}`)
      .join(" "),
  );
}

interface Field {
  /** Path and field, joined by a dot. */
  readonly place: string;
  readonly value: Json;
}

function fieldsOf(set: SetByPath): readonly Field[] {
  return Object.entries(set).flatMap(([path, members]) => Object.entries(members).map(([field, value]) => ({ place: `${path}.${field}`, value })));
}

function shortest(place: string, all: readonly string[]): string {
  const steps = place.split(".");
  for (let count = 1; count < steps.length; count++) {
    const ending = steps.slice(-count).join(".");
    if (all.every((other) => other === place || !`.${other}`.endsWith(`.${ending}`))) return ending;
  }
  return place;
}

/** No character is cut in two. */
function shortValue(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= MOST_OF_A_VALUE ? text : `${text.slice(0, MOST_OF_A_VALUE - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
