import { isAbsolute, join, relative } from "node:path";

/** A path as somebody in `cwd` would write it. */
export function placeText(path: string, cwd: string): string {
  const short = relative(cwd, path);
  if (short === "") return ".";
  return short.startsWith("..") || isAbsolute(short) ? path : short;
}

/** A word of a command line, quoted where a shell needs it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** How somebody in `cwd` calls this program. A clone has no `dad` in the PATH, but a script of that name. */
export function programName(clone: string | undefined, cwd: string): string {
  if (!clone) return "dad";
  const script = placeText(join(clone, "dad"), cwd);
  return shellWord(isAbsolute(script) ? script : `./${script}`);
}
