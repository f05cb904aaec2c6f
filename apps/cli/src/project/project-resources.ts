import { type LoadedConfig, selectProfile } from "@dad/config";
import { inheritedProfile, type ProfileDefinition, type ResourceMakers, type ResourceProfile, type ResourceRegistry } from "@dad/resources";
import { isModelDefinition, isToolServerDefinition, staticResourceRegistry } from "@dad/resources/static";
import { commandSecrets, envSecrets, fileSecrets, type SecretSource } from "@dad/secrets";

/** What the runs of a project may use. */
export interface ProjectResources {
  /** As they are written, by name. */
  readonly profiles: Readonly<Record<string, ProfileDefinition>>;
  /**
   * The name of the profile that is meant: what the person wrote, or else that of the run which is gone on with, or else as the project has it.
   * `undefined` in a project without profiles.
   *
   * @throws ProfileUnknownError (`PROFILE_UNKNOWN`).
   */
  select(written?: string, begun?: string): string | undefined;
  /** What a run may use with a profile that was selected. Of a project without profiles: nothing. */
  profile(selected: string | undefined): Promise<ResourceProfile>;
  /** These profiles, with what makes their data, and reads their secrets. What makes it is loaded when there is such data. */
  registry(profiles: ProjectResources["profiles"]): Promise<ResourceRegistry>;
}

export interface ProjectResourcesOptions {
  readonly config: Partial<Pick<LoadedConfig, "file" | "resources" | "profile">>;
  /** Of the project: its packages are used, and paths are relative to it. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: readonly SecretSource[];
}

export function projectResources({ config, directory, env, secrets }: ProjectResourcesOptions): ProjectResources {
  const { file = "", resources: profiles = {} } = config;
  const registry = async (of: ProjectResources["profiles"]): Promise<ResourceRegistry> =>
    staticResourceRegistry({ profiles: of, secrets, makers: await makersOf(Object.values(of), { directory, env }) });
  return {
    profiles,
    registry,
    select: (written, begun) => selectProfile({ ...config, file, resources: profiles }, { argument: written, begun, env }),
    async profile(selected) {
      if (selected === undefined) return staticResourceRegistry({ profiles: { default: {} } }).profile();
      return (await registry({ [selected]: inheritedProfile(selected, profiles) })).profile(selected);
    },
  };
}

export interface SecretPlaces extends Pick<ProjectResourcesOptions, "directory" | "env"> {
  readonly own: readonly SecretSource[];
}

/** Where the secrets of a project are. A source of the config comes in the place of one that is there anyway. */
export function secretsOf({ env, directory, own }: SecretPlaces): readonly SecretSource[] {
  const usual = [envSecrets(env), fileSecrets({ directory }), commandSecrets({ env, directory })];
  return [...usual.filter(({ scheme }) => own.every((source) => source.scheme !== scheme)), ...own];
}

/** They bring much with them, and most commands, and many projects, do without. */
async function makersOf(
  profiles: readonly ProfileDefinition[],
  { directory, env }: Pick<ProjectResourcesOptions, "directory" | "env">,
): Promise<ResourceMakers> {
  const hasModels = profiles.some(({ models = {} }) => Object.values(models).some(isModelDefinition));
  const hasTools = profiles.some(({ tools = {} }) => Object.values(tools).some(isToolServerDefinition));
  const [ofModels, ofTools] = await Promise.all([
    hasModels ? import("@dad/resources-ai-sdk") : undefined,
    hasTools ? import("@dad/resources-mcp") : undefined,
  ]);
  return {
    ...(ofModels && { model: ofModels.aiSdkModels({ from: directory }) }),
    ...(ofTools && { tools: ofTools.mcpTools({ hostEnv: env }) }),
  };
}
