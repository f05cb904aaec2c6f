/** A word of a command line, quoted where a shell needs it. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command line that means these words and nothing else. */
export function commandLine(...words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
