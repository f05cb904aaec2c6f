import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { localStore } from "@dad/local";
import { ProjectName, type RunDetails } from "@dad/protocol";

/** Where the repository with the outcome of a run is, when it is still there. A run root may hold those of several projects. */
export async function outcomeRepositoryOf({ runId, outcome }: RunDetails, runRoot: string): Promise<string | undefined> {
  if (!outcome) return undefined;
  for (const project of await projectsIn(join(runRoot, "outcome"))) {
    await using store = localStore({ runRoot, project, hostEnv: process.env });
    const found = await store.outcomes.find(runId).catch(() => undefined);
    if (found?.commit === outcome.commit) return store.outcomes.location;
  }
  return undefined;
}

/** What has the name of a project and is a directory: a link may lead anywhere. */
async function projectsIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && ProjectName.safeParse(entry.name).success).map(({ name }) => name);
}
