import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type CreateNodesV2, createNodesFromFiles, type TargetConfiguration } from "@nx/devkit";

/** What is published is built, by the one tsup configuration unless it has its own; every project is tested by the one vitest configuration. */
export const createNodesV2: CreateNodesV2 = [
  "{packages,apps,tools}/*/package.json",
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
  const manifest = JSON.parse(readFileSync(join(workspaceRoot, root, "package.json"), "utf8")) as { private?: boolean };
  const isBuilt = !manifest.private && existsSync(join(workspaceRoot, root, "src"));
  const hasOwnConfig = existsSync(join(workspaceRoot, root, "tsup.config.ts"));
  const build = isBuilt && { build: command(root, hasOwnConfig ? "tsup" : "tsup --config ../../tsup.config.ts") };
  return { ...build, test: command(".", `vitest run --passWithNoTests ${root}/`) };
}

function command(cwd: string, line: string): TargetConfiguration {
  return { executor: "nx:run-commands", options: { cwd, command: line } };
}
