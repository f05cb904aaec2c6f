import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { localStore } from "@dad/local";
import { ProjectName, type RunDetails } from "@dad/protocol";

/** The project whose repository has the outcome of a run, when it is still there. A run root may hold those of several projects. */
export async function outcomeProjectOf({ runId, outcome }: Pick<RunDetails, "runId" | "outcome">, runRoot: string): Promise<string | undefined> {
  if (!outcome) return undefined;
  for (const project of await projectsIn(join(runRoot, "outcome"))) {
    await using store = localStore({ runRoot, project, hostEnv: process.env });
    const found = await store.outcomes.find(runId).catch(() => undefined);
    if (found?.commit === outcome.commit) return project;
  }
  return undefined;
}

/** Where that repository is. */
export async function outcomeRepositoryOf(run: RunDetails, runRoot: string): Promise<string | undefined> {
  const project = await outcomeProjectOf(run, runRoot);
  if (project === undefined) return undefined;
  await using store = localStore({ runRoot, project, hostEnv: process.env });
  return store.outcomes.location;
}

/** The projects that have a repository of outcomes: what has the name of one and is a directory. A link may lead anywhere. */
export async function projectsIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && ProjectName.safeParse(entry.name).success).map(({ name }) => name);
}
