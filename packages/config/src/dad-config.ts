import type { IsolationAdapter, IsolationPolicy } from "@dad/isolation";
import type { ProfileDefinition } from "@dad/resources";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the commands of a run are held to. */
export interface IsolationConfig extends IsolationPolicy {
  /** Who holds them to it. Default: ordinary processes where they suffice, else bubblewrap. */
  readonly adapter?: IsolationAdapter;
}

/** What `dad.config.ts` exports. Everything has a default; paths are relative to the file. */
export interface DadConfig {
  /** The name of the project, which names its outcome repository: letters, digits, `.`, `_`, `-`. */
  readonly project?: string;
  /** The directory that holds the runs. */
  readonly runRoot?: string;
  /** The directory that a run starts from and whose changes are its outcome. */
  readonly workspace?: string;
  /** Which models and endpoints there are, by profile. */
  readonly resources?: Readonly<Record<string, ProfileDefinition>>;
  /** The profile to use when neither the command line nor `DAD_PROFILE` names one; a function gets the environment. */
  readonly profile?: string | ((env: Environment) => string);
  /** What the commands of runs are held to, besides what a node requires for its own. */
  readonly isolation?: IsolationConfig;
}

/** The config as it is: this function gives editors its type. */
export function defineConfig(config: DadConfig): DadConfig {
  return config;
}
