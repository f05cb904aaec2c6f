import { RelativePath } from "@dad/protocol";

/** How the directories begin in which file operations put aside what they change, at the top of the workspace. */
export const STAGE_PREFIX = ".dad_stage_";

/** Why a path must not be used, or `undefined`. Looks at its text only: links are found where the path is used. */
export function refusalOf(path: string): string | undefined {
  const parsed = RelativePath.safeParse(path);
  if (!parsed.success) return brokenRule(path) ?? parsed.error.issues[0]?.message ?? "it is no relative path";
  if (path.split("/").some(isGitName)) return "what git keeps in .git is not to be touched";
  return path.split("/").some(isReservedName) ? "what file operations put aside is not to be touched" : undefined;
}

/** Which of the rules for paths the first bad part breaks, where it is one that people and models often break. */
function brokenRule(path: string): string | undefined {
  if (path.startsWith("/")) return "it is absolute, and paths are relative to the directory";
  const part = path.split("/").find((one) => !RelativePath.safeParse(one).success);
  if (part === undefined) return undefined;
  const shown = JSON.stringify(part);
  if (part === "..") return `${shown} leaves the directory`;
  if (part === "" || part === ".") return part === "" ? "a part of it is empty" : `a part of it is ${shown}`;
  if (/[\\:]/.test(part)) return `${shown} holds a "\\" or ":", and parts are separated by "/"`;
  if (/[. ]$/.test(part)) return `${shown} ends in "." or " "`;
  const composed = part.normalize("NFC");
  if (composed !== part)
    return `${shown} is not in the normal form NFC: write it as ${JSON.stringify(composed)}, with each letter and its accent as one character`;
  return DEVICE_LIKE.test(part) ? `${shown} is the name of a device on Windows` : undefined;
}

/** Of what is no path, what is so short before its dot is the name of a device. */
const DEVICE_LIKE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt).) *(?:\.[^]*)?$/i;

/** `./src/` is `src`, and `./` is `.`: people and models write both. */
export function plainPath(path: string): string {
  const plain = path.replace(/^(?:\.\/+)+/, "").replace(/(?<=[^/])\/+$/, "");
  return plain === "" && path !== "" ? "." : plain;
}

/**
 * True for every name that some file system takes for `.git`: other cases, characters that HFS+ leaves
 * out, and the short name of Windows. A file in there can make git run programs.
 */
export function isGitName(name: string): boolean {
  const folded = name.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "").toLowerCase();
  return folded === ".git" || /^git~[0-9]+$/.test(folded);
}

/** True for what is in the workspace and no part of it: what git keeps, and what file operations put aside. */
export function isReservedName(name: string): boolean {
  return isGitName(name) || name.startsWith(STAGE_PREFIX);
}

/** `a/b/c` gives `a`, `a/b`, `a/b/c`. */
export function prefixesOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.map((_part, index) => parts.slice(0, index + 1).join("/"));
}
