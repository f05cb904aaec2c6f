import type { IsolationAdapter, IsolationPolicy } from "@dad/isolation";
import type { ProfileDefinition } from "@dad/resources";
import type { SecretSource } from "@dad/secrets";
import type { ObservabilityConfig } from "./observability-config.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the commands of a run are held to. */
export interface IsolationConfig extends IsolationPolicy {
  /** Who holds them to it. Default: ordinary processes where they suffice, else bubblewrap. */
  readonly adapter?: IsolationAdapter;
}

/** What the outcomes of runs hold, where they start from, and how their branches look. */
export interface OutcomeConfig {
  /** `false`: the branch of a run shows one commit for each end of the run, and not one for each node. */
  readonly nodes?: boolean;
  /** Whether each run that ends gets a tag. */
  readonly tags?: boolean;
  /** Who commits. Default: `DAD <dad@localhost>`. */
  readonly author?: { readonly name: string; readonly email: string };
  /** A branch, a tag or a commit of the project's own repository from which runs start, instead of the files of `workspace`. */
  readonly revision?: string;
  /** Files of more bytes are kept as artifacts, and commits have pointers to them. Default: 10 MiB. */
  readonly largeBytes?: number;
  /** The most bytes of a file. Default: 1 GiB. */
  readonly fileBytes?: number;
  /** The most bytes of all files together that are new or changed since the last commit. Default: 4 GiB. */
  readonly changedBytes?: number;
  /** Of a file that has more than one name: `inside` takes it when all of them are in the workspace, `any` always. Default: `inside`. */
  readonly hardLinks?: "inside" | "any";
  /** Names of variables of the environment whose values never become part of an outcome. Default: those that are called like secrets. */
  readonly secrets?: readonly string[];
}

/** A profile of a config or of a resources file. */
export interface ProfileConfig extends Omit<ProfileDefinition, "prices"> {
  /** Also the path of a file that has them: JSON or YAML. */
  readonly prices?: NonNullable<ProfileDefinition["prices"]> | string;
}

/** What `dad.config.ts` exports. Everything has a default; paths are relative to the file. */
export interface DadConfig {
  /** The name of the project, which names its outcome repository: letters, digits, `.`, `_`, `-`. */
  readonly project?: string;
  /** The directory that holds the runs. */
  readonly runRoot?: string;
  /** The directory that a run starts from and whose changes are its outcome. */
  readonly workspace?: string;
  /**
   * Which models, endpoints, secrets and tools there are, by profile, or the path of a file that says so. Without a path, those of
   * `resources.json` or `resources.yaml` beside the config are there as well.
   */
  readonly resources?: Readonly<Record<string, ProfileConfig>> | string;
  /** The profile to use when neither the command line nor `DAD_PROFILE` names one; a function gets the environment. */
  readonly profile?: string | ((env: Environment) => string);
  /** Where secrets may be, besides those of `env:`, `file:` and `cmd:`: `keychainSecrets()` of `@dad/secrets-keychain`, for instance. */
  readonly secretSources?: readonly SecretSource[];
  /** What the commands of runs are held to, besides what a node requires for its own. */
  readonly isolation?: IsolationConfig;
  /** What becomes of the files of runs. `false`: nothing is committed, and git is not needed. */
  readonly outcome?: false | OutcomeConfig;
  /** How runs are traced, measured and logged, in the files of each and elsewhere. `false`: not at all. */
  readonly observability?: false | ObservabilityConfig;
}

/** The config as it is: this function gives editors its type. */
export function defineConfig(config: DadConfig): DadConfig {
  return config;
}
