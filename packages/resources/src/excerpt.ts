const AROUND = 24;

/** At most about `length` characters of a text, from a little before `from` on, for an error message. */
export function excerpt(text: string, from = 0, length = 120): string {
  const start = Math.max(0, from - AROUND);
  const piece = text.slice(start, start + length);
  return `${start > 0 ? "…" : ""}${piece}${start + length < text.length ? "…" : ""}`;
}
