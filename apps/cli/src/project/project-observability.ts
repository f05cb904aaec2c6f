import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LoadedConfig } from "@dad/config";
import type { LocalObservability } from "@dad/local";
import type { DadError } from "@dad/protocol";
import { type SecretSource, secretVault } from "@dad/secrets";
import { visible } from "@dad/terminal";

export interface ProjectObservabilityOptions {
  readonly config: Pick<Partial<LoadedConfig>, "observability">;
  /** Of the project. */
  readonly version: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: readonly SecretSource[];
  /** Tells people what is wrong with it, and what goes to the console. */
  readonly say: (text: string) => void;
}

/** How the runs of a project are traced, measured and logged: as its config says, and else as the environment does. */
export function projectObservability(options: ProjectObservabilityOptions): false | LocalObservability {
  const { config, version, env, secrets, say } = options;
  const { observability = {} } = config;
  if (observability === false) return false;
  const { resource } = observability;
  const said = new Set<string>();
  return {
    ...observability,
    ...(version === undefined ? {} : { resource: { "service.version": version, ...resource } }),
    env,
    secrets: secretVault({ sources: secrets }),
    write: say,
    onTrouble({ message }: DadError) {
      // Of the runs of a fork, one says as much as all.
      if (!said.has(message)) say(`telemetry: ${visible(message)}\n`);
      said.add(message);
    },
  };
}

/** Of the package that a project is. Many are none, and the file of some is no JSON. */
export async function projectVersion(directory: string): Promise<string | undefined> {
  try {
    const { version } = JSON.parse(await readFile(join(directory, "package.json"), "utf8")) as { readonly version?: unknown };
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}
