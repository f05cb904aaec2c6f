import type { RunDetails } from "@dad/protocol";
import { placeText, programName, shellWord } from "@dad/terminal";
import { findRunRoot } from "./find-project.ts";

export interface NextCommandsOptions {
  readonly cwd: string;
  readonly runRoot: string;
  /** Root of the clone that the program runs from, when it does. */
  readonly clone?: string | undefined;
}

/** What somebody may want to do after a run, as commands that work in `cwd` as they are. */
export async function nextCommands({ runId }: Pick<RunDetails, "runId">, { cwd, runRoot, clone }: NextCommandsOptions): Promise<string[]> {
  const dad = programName(clone, cwd);
  // A config that does not load was told about already, if it matters.
  const usual = await findRunRoot({ cwd }).catch(() => undefined);
  const where = usual === runRoot ? "" : ` --run-root ${shellWord(placeText(runRoot, cwd))}`;
  return [`${dad} show ${runId}${where}`, `${dad} ls${where}`];
}
