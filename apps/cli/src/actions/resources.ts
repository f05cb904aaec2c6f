import { addUsage, type ProfileReport, type ResourcesReport, type Usage } from "@dad/protocol";
import { ProfileUnknownError } from "@dad/resources";
import { jsonText, paintFor, resourcesText, visible } from "@dad/terminal";
import { interruption } from "../agent-file/interruption.ts";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { findProject } from "../project/find-project.ts";
import type { ProjectResources } from "../project/project-resources.ts";
import { examineProfile } from "../resources/examine-profile.ts";
import { inTurn } from "../resources/in-turn.ts";
import { hostRedactor } from "../terminal/host-secrets.ts";

export interface ResourcesFlags {
  readonly profile?: string;
  readonly check?: true;
  readonly json?: true;
}

const AT_ONCE = 4;

/** Says what the profiles of a project have, and whether it can be used; with `--check`, also whether it answers. */
export async function showResources(flags: ResourcesFlags): Promise<number> {
  const cwd = process.cwd();
  offerOwnPackages();
  const { resources } = await findProject(cwd, { cwd });
  if (flags.profile !== undefined) resources.select(flags.profile);
  const selected = usualProfile(resources, flags.profile === undefined ? (text) => process.stderr.write(text) : () => undefined);
  const names = flags.profile === undefined ? Object.keys(resources.profiles).sort() : [flags.profile];
  if (names.length === 0) process.stderr.write("there are no profiles: write some into dad.config, or into resources.yaml beside it\n");
  if (flags.check) process.stderr.write("asks each model for a few words, which may cost something, and each endpoint and server of tools once\n");
  using stop = interruption({ say: (text) => process.stderr.write(text), end: () => process.exit(EXIT.cancelled), what: "what is asked" });
  // Profiles in programs may have put one into an address.
  const hidden = hostRedactor();
  const options = { check: flags.check ?? false, signal: stop.signal, onSecret: hidden.add.bind(hidden), inTurn: inTurn(AT_ONCE) };
  const profiles = await Promise.all(names.map((name) => examineProfile(name, resources, options)));
  const usage = usageOf(profiles);
  const report: ResourcesReport = {
    format: "dad.resources/1",
    ...(selected === undefined ? {} : { selected }),
    checked: options.check,
    profiles,
    ...(usage && { usage }),
  };
  // Whatever a server or a provider says of itself.
  const shown = hidden.json(JSON.parse(JSON.stringify(report)) as never) as ResourcesReport;
  process.stdout.write(flags.json ? jsonText(shown) : resourcesText(visible(shown), paintFor(process.stdout)));
  return profiles.every(isUsable) ? EXIT.done : EXIT.failed;
}

/** What is shown does not depend on it: where nobody can say which one is meant, none is, and that is told. */
function usualProfile(resources: ProjectResources, say: (text: string) => void): string | undefined {
  try {
    return resources.select();
  } catch (error) {
    if (!(error instanceof ProfileUnknownError)) throw error;
    say(visible(`a run needs its --profile: ${error.message}\n`));
    return undefined;
  }
}

function usageOf(profiles: readonly ProfileReport[]): Usage | undefined {
  const used = profiles.flatMap(({ models }) => models.flatMap(({ usage }) => (usage ? [usage] : [])));
  return used.length === 0 ? undefined : used.reduce(addUsage);
}

function isUsable({ problem, models, endpoints, secrets, tools }: ProfileReport): boolean {
  return problem === undefined && [...models, ...endpoints, ...secrets, ...tools].every(({ status }) => status !== "missing");
}
