import { OutcomePathError } from "@dad/outcome";
import { DadError } from "@dad/protocol";

/** What a failed command is about when it failed for a name that nothing in a tree can have. */
export function refusedName(error: unknown): OutcomePathError | undefined {
  const said = DadError.is(error) && error.cause instanceof Error ? error.cause.message : "";
  const name = /invalid path '(.+)'/i.exec(said)?.[1];
  return name === undefined ? undefined : new OutcomePathError(name, "git refuses this name", { cause: error });
}
