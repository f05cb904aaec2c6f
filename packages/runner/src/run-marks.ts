import type { RunEnvParams, RunId } from "@dad/protocol";

/** What differs between a run and those that it was made from, though nothing of what they do does. */
export interface RunMarks {
  readonly env: Pick<RunEnvParams, "runId" | "runRoot">;
  /** Where its nodes work. */
  readonly workspace: string;
  /** The runs that it was made from, of which its results may speak. */
  readonly lineage: readonly RunId[];
}

/** Replaces in a JSON text what is the run's own by placeholders, so that equal work has equal texts in each run, wherever that is kept. */
export function unmarked({ env, workspace, lineage }: RunMarks): (text: string) => string {
  const places = [
    { text: inJson(workspace), placeholder: "$var{workspace}" },
    { text: inJson(env.runRoot), placeholder: "$var{runRoot}" },
  ].filter(({ text }) => text.length > 1);
  const ids = [env.runId, ...lineage].map((id) => ({ id, pattern: new RegExp(String.raw`(?<![A-Za-z0-9._-])${escaped(id)}(?![A-Za-z0-9_-])`, "g") }));
  return (text) => {
    let result = text;
    for (const place of places) if (result.includes(place.text)) result = result.replaceAll(place.text, place.placeholder);
    for (const { id, pattern } of ids) if (result.includes(id)) result = result.replace(pattern, "$$var{runId}");
    return result;
  };
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Of what can be in a run id, only a dot means something else in a pattern. */
function escaped(id: string): string {
  return id.replaceAll(".", String.raw`\.`);
}
