import { type ConfinedFiles, confinedFiles } from "@dad/isolation";
import type { Housing } from "./housing.ts";
import type { Lodging } from "./lodging.ts";

export interface WorkspaceFilesSpec {
  readonly workspace: string;
  readonly isOverlay: boolean;
  readonly housing: Housing;
  readonly lodged: () => Promise<Lodging>;
}

/**
 * The workspace as commands see it. What they change apart from the host is seen through their sandbox, which is started for
 * that. What is written there is theirs, too.
 */
export function workspaceFiles({ workspace, isOverlay, housing, lodged }: WorkspaceFilesSpec): ConfinedFiles {
  const direct = confinedFiles(workspace);
  const seen = async (): Promise<{ readonly files: ConfinedFiles; readonly root: string }> => {
    if (!isOverlay) return { files: direct, root: workspace };
    const { merged } = await lodged();
    return { files: confinedFiles(merged), root: merged };
  };
  return {
    read: async (path, options) => (await seen()).files.read(path, options),
    list: async (path, options) => (await seen()).files.list(path, options),
    stat: async (path, options) => (await seen()).files.stat(path, options),
    async write(path, bytes, options) {
      const { files, root } = await seen();
      await files.write(path, bytes, options);
      if (housing.wasUsed()) await (await housing.premises()).lendAgain(root);
    },
  };
}
