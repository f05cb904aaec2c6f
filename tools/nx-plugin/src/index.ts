import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createNodesFromFiles, type CreateNodesV2, type TargetConfiguration } from "@nx/devkit";

/** Every package and app is built by the one tsup configuration and tested by the one vitest configuration. */
export const createNodesV2: CreateNodesV2 = [
  "{packages,apps}/*/package.json",
  (files, _options, context) =>
    createNodesFromFiles(
      (file) => {
        const root = dirname(file);
        return { projects: { [root]: { root, targets: targetsOf(root, context.workspaceRoot) } } };
      },
      files,
      {},
      context,
    ),
];

function targetsOf(root: string, workspaceRoot: string): Record<string, TargetConfiguration> {
  const build = existsSync(join(workspaceRoot, root, "src")) && { build: command(root, "tsup --config ../../tsup.config.ts") };
  return { ...build, test: command(".", `vitest run --passWithNoTests ${root}/`) };
}

function command(cwd: string, line: string): TargetConfiguration {
  return { executor: "nx:run-commands", options: { cwd, command: line } };
}
