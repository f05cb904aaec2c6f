import { stat } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ProfileDefinition } from "@dad/resources";
import { messageOf } from "@dad/protocol";
import { ConfigSchema, problemsOf } from "./config-schema.ts";
import type { DadConfig, IsolationConfig, OutcomeConfig } from "./dad-config.ts";
import { ConfigInvalidError, ConfigUnreadableError } from "./errors.ts";

/** A config with its place: the paths are absolute. */
export interface LoadedConfig {
  readonly file: string;
  /** Of the file: the project. */
  readonly directory: string;
  readonly project?: string;
  readonly runRoot?: string;
  readonly workspace?: string;
  readonly resources: Readonly<Record<string, ProfileDefinition>>;
  /** To be given to `selectProfile`. */
  readonly profile?: NonNullable<DadConfig["profile"]>;
  readonly isolation?: IsolationConfig;
  readonly outcome?: false | OutcomeConfig;
}

/**
 * Loads a config file by one `import()`: its code runs, and it runs once per process, whatever changes in the file.
 *
 * @throws ConfigUnreadableError (`CONFIG_UNREADABLE`) when there is no such file or its code cannot be loaded.
 * @throws ConfigInvalidError (`CONFIG_INVALID`) with all that is wrong with what it exports.
 */
export async function loadConfig(file: string, options?: { readonly signal?: AbortSignal }): Promise<LoadedConfig> {
  options?.signal?.throwIfAborted();
  const place = resolve(file);
  const exported = exportOf(await importOf(place), place);
  options?.signal?.throwIfAborted();
  const parsed = ConfigSchema.safeParse(exported);
  if (!parsed.success) throw new ConfigInvalidError(place, problemsOf(parsed.error));

  const { resources = {}, runRoot, workspace, ...others } = parsed.data;
  const directory = dirname(place);
  return {
    file: place,
    directory,
    ...others,
    ...(runRoot === undefined ? {} : { runRoot: resolve(directory, runRoot) }),
    ...(workspace === undefined ? {} : { workspace: resolve(directory, workspace) }),
    resources,
  };
}

type ConfigModule = Readonly<Partial<Record<"default" | "config", unknown>>>;

async function importOf(file: string): Promise<ConfigModule> {
  // Before the import, whose ENOENT may be about a file that the config itself reads.
  await stat(file).catch((cause: unknown) => {
    throw new ConfigUnreadableError(file, (cause as Error).message, cause);
  });
  try {
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as ConfigModule;
  } catch (cause) {
    throw new ConfigUnreadableError(file, problemOf(cause, file), cause);
  }
}

function problemOf(error: unknown, file: string): string {
  if (!(error instanceof Error)) return `it threw ${messageOf(error)}`;
  if ("code" in error && error.code === "ERR_UNKNOWN_FILE_EXTENSION") {
    return `Node ${process.versions.node} does not run ${extname(file)} files; use Node 22.18 or newer, or write the config in JavaScript`;
  }
  return `${error.name}: ${error.message}`;
}

function exportOf(module: ConfigModule, file: string): unknown {
  const { default: byDefault, config } = module;
  if (byDefault === undefined && config === undefined) {
    throw new ConfigInvalidError(file, [
      { path: "", message: "it exports no config; write `export default defineConfig({ … })` or `export const config = …`" },
    ]);
  }
  if (byDefault !== undefined && config !== undefined && byDefault !== config) {
    throw new ConfigInvalidError(file, [{ path: "", message: "it exports two configs, `default` and `config`; keep one" }]);
  }
  return byDefault ?? config;
}
