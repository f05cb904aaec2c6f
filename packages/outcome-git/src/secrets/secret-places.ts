import type { SecretPlace } from "@dad/outcome";
import { type KnownSecret, type Needle, needleSearch, needlesOf, redactor } from "@dad/secrets";

/** So many places of a file are told. */
const MOST_PLACES = 100;
const PIECE_BYTES = 65_536;
const LINE_BREAK = 10;
const SPACE = 32;

/** The content of a file in pieces, from its beginning. */
export interface SecretSearch {
  /** The first 100 that were found up to now, in the order of lines and names. */
  readonly places: readonly SecretPlace[];
  push(piece: Uint8Array): void;
}

export interface SecretFinder {
  /** Looks through a file that is read in pieces. A path that is no text is given by its bytes. */
  search(path: string | Uint8Array): SecretSearch;
  /** The same for a file that is there whole. */
  placesIn(path: string | Uint8Array, content: Uint8Array): readonly SecretPlace[];
  /** Those in a path itself. */
  placesInName(path: Uint8Array): readonly SecretPlace[];
}

/**
 * Finds the values of secrets in files, whatever their number in one go: as they are (without white space around them), as JSON and URLs
 * have them, and in base64 of either alphabet, also in the middle of something longer and over the ends of lines. Values of less
 * than 8 bytes are not looked for, as they would be found by chance. `undefined` when there is nothing to look for.
 */
export function secretFinder(secrets: readonly KnownSecret[]): SecretFinder | undefined {
  const { asItIs, withoutSpace } = needlesOf(secrets);
  if (asItIs.length === 0) return undefined;
  const searches = [finderOf(asItIs, wholeText), finderOf(withoutSpace, withoutWhiteSpace)];
  // What is told of a place must not be what it is told of.
  const cleaner = redactor(secrets);
  const search = (path: string | Uint8Array): SecretSearch =>
    searchFile(cleaner.text(typeof path === "string" ? path : Buffer.from(path).toString()), searches);
  const placesIn = (path: string | Uint8Array, content: Uint8Array): readonly SecretPlace[] => {
    const found = search(path);
    found.push(content);
    return found.places;
  };
  return {
    search,
    placesIn,
    placesInName: (path) => placesIn(path, path).map((place) => ({ ...place, line: 1, form: `${place.form}, in its name` })),
  };
}

interface FoundNeedle {
  readonly line: number;
  readonly needle: Needle;
}

/** Takes pieces in their order, and tells what is in them, or begins in one and ends in another. */
type PieceSearch = (piece: Uint8Array, onFound: (found: FoundNeedle) => void) => void;

function searchFile(path: string, finders: readonly (() => PieceSearch)[]): SecretSearch {
  const searches = finders.map((start) => start());
  const places = new Map<string, SecretPlace>();
  const onFound = ({ line, needle: { secret, form } }: FoundNeedle): void => {
    if (places.size < MOST_PLACES) places.set(JSON.stringify([line, secret, form]), { path, line, secret, form });
  };
  return {
    get places() {
      return [...places.values()].toSorted((one, other) => one.line - other.line || (one.secret < other.secret ? -1 : 1));
    },
    push(piece) {
      for (let at = 0; at < piece.length && places.size < MOST_PLACES; at += PIECE_BYTES) {
        for (const search of searches) search(piece.subarray(at, at + PIECE_BYTES), onFound);
      }
    },
  };
}

/** What is looked at of some bytes, and for each line that begins there, how many of these are before it. */
interface Looked {
  readonly bytes: Uint8Array;
  readonly breaks: readonly number[];
}

function finderOf(needles: readonly Needle[], looking: (piece: Uint8Array) => Looked): () => PieceSearch {
  const search = needleSearch(needles.map(({ text }) => text));
  const overlap = needles.reduce((most, { text }) => Math.max(most, text.length), 0) - 1;
  return () => {
    /** The end of what came before. */
    let before = { bytes: Buffer.alloc(0), breaks: [] as readonly number[], line: 1 };
    return (piece, onFound) => {
      const looked = looking(piece);
      const known = before.bytes.length;
      const bytes = Buffer.concat([before.bytes, looked.bytes]);
      const breaks = [...before.breaks, ...looked.breaks.map((at) => at + known)];
      const lineAt = (at: number): number => before.line + breaks.filter((end) => end <= at).length;
      // One character for each byte.
      search(bytes.toString("latin1"), (at, index) => {
        const needle = needles[index];
        // What is short may be found once more: a place counts once.
        if (needle) onFound({ line: lineAt(at), needle });
      });
      const cut = Math.max(0, bytes.length - overlap);
      const kept = breaks.filter((end) => end > cut);
      before = { bytes: bytes.subarray(cut), breaks: kept.map((end) => end - cut), line: before.line + breaks.length - kept.length };
    };
  };
}

function wholeText(bytes: Uint8Array): Looked {
  const breaks: number[] = [];
  // What comes after the break is in the next line.
  for (let at = bytes.indexOf(LINE_BREAK); at !== -1; at = bytes.indexOf(LINE_BREAK, at + 1)) breaks.push(at + 1);
  return { bytes, breaks };
}

function withoutWhiteSpace(bytes: Uint8Array): Looked {
  const [kept, breaks] = [new Uint8Array(bytes.length), [] as number[]];
  let size = 0;
  for (const byte of bytes) {
    if (byte === LINE_BREAK) breaks.push(size);
    if (byte > SPACE) kept[size++] = byte;
  }
  return { bytes: kept.subarray(0, size), breaks };
}
