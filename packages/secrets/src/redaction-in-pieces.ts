import type { Place, SecretScan } from "./secret-scan.ts";

/** A text without its secrets. */
export function withoutPlaces(text: string, places: readonly Place[]): string {
  let [redacted, from] = ["", 0];
  for (const { start, end, mark } of places) {
    redacted += text.slice(from, start) + mark;
    from = end;
  }
  return redacted + text.slice(from);
}

/** A text that comes in pieces, without its secrets: all pieces together are what the whole text would be. */
export interface RedactionInPieces {
  push(piece: string): string;
  end(): string;
  /** Whether something was taken out up to now. */
  readonly changed: boolean;
}

/** @param scan - Is asked for with each piece, as secrets may have become known since. */
export function redactionInPieces(scan: () => SecretScan | undefined): RedactionInPieces {
  let held = "";
  let changed = false;
  const redact = (text: string, places: readonly Place[]): string => {
    const redacted = withoutPlaces(text, places);
    changed ||= redacted !== text;
    return redacted;
  };
  return {
    get changed() {
      return changed;
    },
    push(piece) {
      const [text, current] = [held + piece, scan()];
      held = "";
      if (current === undefined) return text;
      const places = current.places(text);
      const open = current.openFrom(text);
      // What is found may yet turn out to be a part of something longer.
      const cut = places.find(({ start, end }) => start < open && open < end)?.start ?? open;
      held = text.slice(cut);
      return redact(
        text.slice(0, cut),
        places.filter(({ end }) => end <= cut),
      );
    },
    end() {
      const text = held;
      held = "";
      return redact(text, scan()?.places(text) ?? []);
    },
  };
}
