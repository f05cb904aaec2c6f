/** A word of a POSIX shell that stands for exactly this text. Single quotes hold everything but themselves; NUL no shell can hold. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
