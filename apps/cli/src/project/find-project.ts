import { join, resolve } from "node:path";
import { findConfig, loadConfig, type LoadedConfig, selectProfile } from "@dad/config";
import type { LocalStoreOptions } from "@dad/local";
import type { ResourceProfile } from "@dad/resources";
import { staticResourceRegistry } from "@dad/resources/static";

/** Where runs are kept, and what they may use. */
export interface Project {
  /** For `localStore`. `runRoot` is absolute. */
  readonly store: LocalStoreOptions & { readonly runRoot: string };
  /** @throws ProfileUnknownError (`PROFILE_UNKNOWN`). */
  profile(name?: string): ResourceProfile;
}

export interface FindProjectOptions {
  /** Of the person who asks: what they write is relative to it, and without a config it is the project. */
  readonly cwd: string;
  /** What the person wrote. */
  readonly runRoot?: string | undefined;
}

/**
 * The project of a directory: the one whose `dad.config` is nearest, there or above it.
 *
 * @throws `CONFIG_INVALID`, `CONFIG_UNREADABLE`.
 */
export async function findProject(directory: string, { cwd, runRoot }: FindProjectOptions): Promise<Project> {
  const file = await findConfig(directory);
  const config: Partial<LoadedConfig> = file === undefined ? {} : await loadConfig(file);
  const { directory: projectRoot = cwd, project, workspace } = config;
  const usual = config.runRoot ?? join(projectRoot, "runs");
  return {
    store: {
      projectRoot,
      runRoot: runRoot === undefined ? usual : resolve(cwd, runRoot),
      hostEnv: process.env,
      ...(project === undefined ? {} : { project }),
      ...(workspace === undefined ? {} : { workspace }),
    },
    profile(name) {
      const selected = selectProfile({ file: "", resources: {}, ...config }, { argument: name, env: process.env });
      // An agent that uses no resources needs no profile.
      return staticResourceRegistry({ profiles: { default: {}, ...config.resources } }).profile(selected ?? "default");
    },
  };
}

/** Where the runs are that somebody in `cwd` means. The config is only loaded when it has to be. */
export async function findRunRoot({ cwd, runRoot }: FindProjectOptions): Promise<string> {
  if (runRoot !== undefined) return resolve(cwd, runRoot);
  return (await findProject(cwd, { cwd })).store.runRoot;
}
