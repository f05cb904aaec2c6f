import { stat } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { PRESETS } from "@dad/isolation";
import { messageOf } from "@dad/protocol";
import type { ProfileDefinition } from "@dad/resources";
import type { SecretSource } from "@dad/secrets";
import type { z } from "zod";
import { ConfigSchema } from "./config-schema.ts";
import type { DadConfig, IsolationConfig, OutcomeConfig } from "./dad-config.ts";
import { ConfigInvalidError, ConfigUnreadableError } from "./errors.ts";
import { keysIn, literalSecrets, literalSecretsOf, SECRET_SCHEMES } from "./literal-secrets.ts";
import { findResources, joinedProfiles, readProfiles, unplaced, type WrittenProfiles } from "./load-resources.ts";
import type { ObservabilityConfig } from "./observability-config.ts";
import { checked, type Problem } from "./problems.ts";

/** A config with its place: the paths are absolute. */
export interface LoadedConfig {
  readonly file: string;
  /** Of the file: the project. */
  readonly directory: string;
  readonly project?: string;
  readonly runRoot?: string;
  readonly workspace?: string;
  /** Of the config and of its resources file together. Prices of a file are read. */
  readonly resources: Readonly<Record<string, ProfileDefinition>>;
  readonly secretSources?: readonly SecretSource[];
  /** To be given to `selectProfile`. */
  readonly profile?: NonNullable<DadConfig["profile"]>;
  readonly isolation?: IsolationConfig;
  readonly outcome?: false | OutcomeConfig;
  readonly observability?: false | ObservabilityConfig;
}

export interface LoadConfigOptions {
  readonly signal?: AbortSignal;
  /** `false`: no profile is wanted, so `resources` is empty, and no file of profiles or prices is read. */
  readonly profiles?: boolean;
}

/**
 * Loads a config file by one `import()`: its code runs, and it runs once per process, whatever changes in the file.
 *
 * @throws ConfigUnreadableError (`CONFIG_UNREADABLE`) when there is no such file or its code cannot be loaded.
 * @throws ConfigInvalidError (`CONFIG_INVALID`) with all that is wrong with what it exports.
 */
export async function loadConfig(file: string, options?: LoadConfigOptions): Promise<LoadedConfig> {
  options?.signal?.throwIfAborted();
  const place = resolve(file);
  const exported = exportOf(await importOf(place), place);
  options?.signal?.throwIfAborted();
  const { resources, runRoot, workspace, ...others } = soundConfig(exported, place);
  const directory = dirname(place);
  return {
    file: place,
    directory,
    ...others,
    ...(runRoot === undefined ? {} : { runRoot: resolve(directory, runRoot) }),
    ...(workspace === undefined ? {} : { workspace: resolve(directory, workspace) }),
    resources: await profilesOf(place, { resources, schemes: schemesOf(others), signal: options?.signal }, options?.profiles),
  };
}

function soundConfig(exported: unknown, file: string): SoundConfig {
  const result = checked(ConfigSchema, exported);
  const problems = [...("problems" in result ? result.problems : []), ...secretsIn(exported)];
  if ("problems" in result || problems.length > 0) throw new ConfigInvalidError(file, problems.map(hinted).map(unplaced));
  return result.data;
}

type SoundConfig = z.output<typeof ConfigSchema>;

function secretsIn(exported: unknown): Problem[] {
  if (typeof exported !== "object" || exported === null) return [];
  const { resources, observability, ...others } = exported as DadConfig;
  const schemes = schemesOf(others);
  const inProfiles = typeof resources === "string" ? [] : literalSecrets(resources, schemes);
  const within = (member: string, problems: readonly Problem[]) => problems.map(({ path, message }) => ({ path: [member, ...path], message }));
  return [...keysIn(others), ...within("resources", inProfiles), ...within("observability", literalSecretsOf(observability, schemes))];
}

function schemesOf({ secretSources }: Pick<DadConfig, "secretSources">): readonly string[] {
  const own = Array.isArray(secretSources) ? (secretSources as readonly SecretSource[]).map(({ scheme }) => scheme) : [];
  return [...new Set([...SECRET_SCHEMES, ...own])];
}

/** Most who write the name of a preset in the place of a policy mean that preset. */
function hinted({ path, message }: Problem): Problem {
  const isPolicy = path.length === 1 && path[0] === "isolation" && message.endsWith("not a text");
  return isPolicy
    ? { path, message: `${message}: write { preset: ${PRESETS.map((preset) => JSON.stringify(preset)).join(" | ")} }` }
    : { path, message };
}

interface Places {
  readonly resources: SoundConfig["resources"] | undefined;
  readonly schemes: readonly string[];
  readonly signal: AbortSignal | undefined;
}

async function profilesOf(file: string, places: Places, wanted = true): Promise<LoadedConfig["resources"]> {
  return wanted ? await joinedProfiles(await placesOf(file, places), { signal: places.signal }) : {};
}

/** The places in which profiles are written: the config, and a file. */
async function placesOf(file: string, { resources, schemes, signal }: Places): Promise<WrittenProfiles[]> {
  const directory = dirname(file);
  const [own, beside] =
    typeof resources === "string" ? [undefined, resolve(directory, resources)] : [resources, await findResources(directory, { signal })];
  const read = beside === undefined ? [] : [await readProfiles(beside, { schemes, signal })];
  const placed = ({ path, message }: Problem) => unplaced({ path: ["resources", ...path], message });
  return [...(own ? [{ file, profiles: own, placed }] : []), ...read];
}

/**
 * The profiles of the resources file in a directory that has no config: data alone. None, when there is no such file.
 *
 * @throws ConfigUnreadableError (`CONFIG_UNREADABLE`), ConfigInvalidError (`CONFIG_INVALID`).
 */
export async function loadResources(directory: string, options?: { readonly signal?: AbortSignal }): Promise<LoadedConfig["resources"]> {
  const file = await findResources(directory, options);
  return file === undefined ? {} : await joinedProfiles([await readProfiles(file, { schemes: SECRET_SCHEMES, ...options })], options);
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
  return byDefault === undefined ? config : byDefault;
}
