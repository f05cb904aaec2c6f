import { isGeneratedRunId, type RunEnvParams, RunId } from "@dad/protocol";

/** Stands for the id of a run that has none yet: nothing speaks of it. */
export const UNNAMED = RunId.parse("run_00000000_000000_0000");

/** What differs between a run and those that it was made from, though nothing of what they do does. */
export interface RunMarks {
  readonly env: Pick<RunEnvParams, "runId" | "runRoot">;
  /** Where its nodes work. */
  readonly workspace: string;
  /** The runs that it was made from, of which its results may speak. */
  readonly lineage: readonly RunId[];
}

/**
 * Replaces in a JSON text what is the run's own by placeholders, so that equal work has equal texts in each run, wherever that is
 * kept. An id that a person chose may be any word (`v1`), and is only meant where the runs are.
 */
export function unmarked({ env, workspace, lineage }: RunMarks): (text: string) => string {
  const places = [
    // One in the run root is told apart by that and by the id: so is a directory that is both the run's and its workspace.
    ...(workspace.startsWith(env.runRoot) ? [] : workspacesOf(workspace, { runId: env.runId, lineage })).map((text) => ({
      text,
      placeholder: "$var{workspace}",
    })),
    { text: inJson(env.runRoot), placeholder: "$var{runRoot}" },
  ].filter(({ text }) => text.length > 1);
  const ids = [env.runId, ...lineage].map((id) => ({ id, pattern: isGeneratedRunId(id) ? patternOf(id) : patternInPlace(id) }));
  return (text) => {
    let result = text;
    for (const place of places) if (result.includes(place.text)) result = result.replaceAll(place.text, place.placeholder);
    for (const { id, pattern } of ids) if (result.includes(id)) result = result.replace(pattern, "$$var{runId}");
    return result;
  };
}

/** No letter that goes on before it, unless that ends an escape sequence of the JSON text: a line break is `\n` there. */
const BEFORE_AN_ID = String.raw`(?:(?<![A-Za-z0-9._-])|(?<=(?<!\\)(?:\\\\)*\\(?:[bfnrt]|u[0-9a-fA-F]{4})))`;

function patternOf(id: RunId): RegExp {
  return new RegExp(String.raw`${BEFORE_AN_ID}${escaped(id)}(?![A-Za-z0-9_-])`, "g");
}

/** Where runs have their directories, once the run root is a placeholder: in it, and in what it keeps for them. */
const IN_THE_RUN_ROOT = String.raw`(?<=\$var\{runRoot\}(?:/|\\\\)(?:\.dad(?:/|\\\\)[a-z]+(?:/|\\\\))?)`;

function patternInPlace(id: RunId): RegExp {
  return new RegExp(String.raw`${IN_THE_RUN_ROOT}${escaped(id)}(?![A-Za-z0-9_.-])`, "g");
}

/** Where the runs work, of which each has a place of its own by its id. None is taken for the beginning of a longer one. */
function workspacesOf(workspace: string, { runId, lineage }: { readonly runId: RunId; readonly lineage: readonly RunId[] }): readonly string[] {
  const own = patternOf(runId);
  const all = [workspace, ...lineage.map((id) => workspace.replace(own, id))];
  return all.map(inJson).toSorted((one, other) => other.length - one.length);
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Of what can be in a run id, only a dot means something else in a pattern. */
function escaped(id: string): string {
  return id.replaceAll(".", String.raw`\.`);
}
