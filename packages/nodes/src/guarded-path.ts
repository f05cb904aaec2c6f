import { RelativePath } from "@dad/protocol";

/** Why a path must not be used, or `undefined`. Looks at its text only: links are found where the path is used. */
export function refusalOf(path: string): string | undefined {
  const parsed = RelativePath.safeParse(path);
  if (!parsed.success) return parsed.error.issues[0]?.message ?? "it is no relative path";
  return path.split("/").some(isGitName) ? "what git keeps in .git is not to be touched" : undefined;
}

/**
 * True for every name that some file system takes for `.git`: other cases, characters that HFS+ leaves
 * out, and the short name of Windows. A file in there can make git run programs.
 */
export function isGitName(name: string): boolean {
  const folded = name.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "").toLowerCase();
  return folded === ".git" || /^git~[0-9]+$/.test(folded);
}

/** `a/b/c` gives `a`, `a/b`, `a/b/c`. */
export function prefixesOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.map((_part, index) => parts.slice(0, index + 1).join("/"));
}
