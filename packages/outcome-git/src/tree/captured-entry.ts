import { constants } from "node:fs";

/** What happens to links: an outcome keeps those that stay inside, a snapshot all of them. Nobody follows any. */
export type LinkRule = "inside" | "all";

/** What a tree has at a path: its mode and the id of its content. `undefined`: nothing. */
export type CapturedEntry = { readonly mode: string; readonly object: string } | undefined;

export const LINK_MODE = "120000";
/** Of a place for a repository, whose files are elsewhere. */
export const MODULE_MODE = "160000";

export function modeOf(mode: number): string {
  return (mode & constants.S_IXUSR) === 0 ? "100644" : "100755";
}
