import { backslashesAt, endOfLine, joinedLines } from "./joined-lines.ts";
import { type NeedleBeginnings, needleBeginnings } from "./needle-beginnings.ts";
import { needleSearch } from "./needle-search.ts";

/** What is looked for. */
export interface SoughtTexts {
  readonly asItIs: ReadonlyMap<string, Replacement>;
  /** And this also where line breaks are in it: some of the same texts. */
  readonly joined: ReadonlyMap<string, Replacement>;
}

/** What is put in the place of a text. */
export interface Replacement {
  readonly mark: string;
  /** How many bytes the text has. */
  readonly bytes: number;
}

/** A part of a text, and what is to be there instead. */
export interface Place {
  readonly start: number;
  readonly end: number;
  /** That of the longest secret in it. */
  readonly mark: string;
  /** How many bytes that has. */
  readonly bytes: number;
}

export interface SecretScan {
  /** A shorter text is no secret, and has none in it. */
  readonly least: number;
  /** All parts that are secrets, from the left to the right, apart from one another. */
  places(text: string): readonly Place[];
  /** From where on a text may be the beginning of a secret that goes on in what comes after it. Its length when there is no such place. */
  openFrom(text: string): number;
}

export function secretScan({ asItIs, joined }: SoughtTexts): SecretScan {
  const [plain, withoutBreaks] = [searchOf(asItIs), searchOf(joined)];
  return {
    least: plain.least,
    places(text) {
      const found = plain.places(text);
      const lines = joinedLines(text);
      if (lines === undefined) return found;
      const across = withoutBreaks
        .places(lines.text)
        .map(({ start, end, ...rest }) => ({ start: lines.placeOf(start), end: lines.placeOf(end - 1) + 1, ...rest }));
      return across.length === 0 ? found : [...found, ...across].toSorted((one, other) => one.start - other.start).reduce(addPlace, []);
    },
    openFrom(text) {
      const end = endOfLine(text);
      const complete = end < text.length ? text.slice(0, end) : text;
      const lines = joinedLines(complete);
      const open = withoutBreaks.openFrom(lines?.text ?? complete);
      const isOpen = open < (lines?.text ?? complete).length;
      return Math.min(plain.openFrom(text), backslashesAt(text), isOpen ? (lines?.placeOf(open) ?? open) : text.length);
    },
  };
}

function searchOf(sought: ReadonlyMap<string, Replacement>): SecretScan {
  const [texts, replacements] = [[...sought.keys()], [...sought.values()]];
  const search = needleSearch(texts);
  let beginnings: NeedleBeginnings | undefined;
  return {
    least: texts.reduce((least, { length }) => Math.min(least, length), Infinity),
    places(text) {
      const found: Place[] = [];
      search(text, (start, index) => {
        const { mark = "", bytes = 0 } = replacements[index] ?? {};
        addPlace(found, { start, end: start + (texts[index] ?? "").length, mark, bytes });
      });
      return found;
    },
    openFrom: (text) => (beginnings ??= needleBeginnings(texts))(text),
  };
}

/** Adds a place that does not begin before the last one. Two that have something in common become one. */
function addPlace(places: Place[], place: Place): Place[] {
  const last = places.at(-1);
  if (last === undefined || place.start >= last.end) {
    places.push(place);
    return places;
  }
  const { mark, bytes } = place.bytes > last.bytes ? place : last;
  places[places.length - 1] = { start: last.start, end: Math.max(last.end, place.end), mark, bytes };
  return places;
}
