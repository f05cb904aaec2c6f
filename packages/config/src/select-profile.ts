import { ProfileUnknownError } from "@dad/resources";
import { messageOf } from "@dad/protocol";
import { ConfigInvalidError } from "./errors.ts";
import type { Environment } from "./dad-config.ts";
import type { LoadedConfig } from "./load-config.ts";

export interface SelectProfileOptions {
  /** What the command line says: `--profile`. */
  readonly argument?: string | undefined;
  /** That of a run which is gone on with. */
  readonly begun?: string | undefined;
  /** Default: the environment of the process. */
  readonly env?: Environment;
}

/**
 * The profile to use: `--profile`, or else that of the run which is gone on with, or else `DAD_PROFILE`, or else what the config says, or else `default`, or else the
 * only one there is. `undefined` when there are no profiles and none is asked for.
 *
 * @throws ProfileUnknownError (`PROFILE_UNKNOWN`), which lists what there is and says who asked.
 * @throws ConfigInvalidError (`CONFIG_INVALID`) when the config's function throws or returns no name.
 */
export function selectProfile(config: Pick<LoadedConfig, "file" | "resources" | "profile">, options: SelectProfileOptions = {}): string | undefined {
  const profiles = Object.keys(config.resources).sort();
  const wish = wishOf(config, options);
  const name = wish?.name ?? (profiles.length === 1 ? profiles[0] : "default");
  if (name !== undefined && profiles.includes(name)) return name;
  if (!wish && profiles.length === 0) return undefined;
  throw new ProfileUnknownError(name ?? "default", profiles, wish ? `which ${wish.asker} asks for` : UNASKED);
}

const UNASKED = "which is used where none is named by --profile, by DAD_PROFILE, or as `profile` in dad.config.ts";

interface Wish {
  readonly name: string;
  readonly asker: string;
}

function wishOf(config: Pick<LoadedConfig, "file" | "profile">, { argument, begun, env = process.env }: SelectProfileOptions): Wish | undefined {
  if (argument !== undefined) return { name: argument, asker: "--profile" };
  if (begun !== undefined) return { name: begun, asker: "the run" };
  // An empty variable is how shells say that it is not set.
  if (env.DAD_PROFILE) return { name: env.DAD_PROFILE, asker: "DAD_PROFILE" };
  if (config.profile === undefined) return undefined;
  return { name: typeof config.profile === "string" ? config.profile : computed(config.profile, config.file, env), asker: config.file };
}

function computed(profile: (env: Environment) => string, file: string, env: Environment): string {
  const name: unknown = called(profile, file, env);
  if (typeof name === "string" && name !== "") return name;
  throw new ConfigInvalidError(file, [{ path: "profile", message: `the function must return the name of a profile, not ${JSON.stringify(name)}` }]);
}

function called(profile: (env: Environment) => string, file: string, env: Environment): unknown {
  try {
    return profile(env);
  } catch (cause) {
    throw new ConfigInvalidError(file, [{ path: "profile", message: `the function threw: ${messageOf(cause)}` }], cause);
  }
}
