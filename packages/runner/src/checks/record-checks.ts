import { EVERY_ITERATION, type PlacedElement, type Reading, recordProblems } from "@dad/agent";
import { DadError, type Json, NodePath } from "@dad/protocol";
import { recordPlaces } from "../record-places.ts";
import { checkTemplates } from "./template-checks.ts";

/** Says of one node after the other what is wrong with its record settings, and with their places beside those of the ones before. */
export function recordChecks(placed: Reading["placed"]): (node: PlacedElement) => readonly string[] {
  const nodes = [...placed.values()].filter(({ definition }) => definition.kind === "node").map(({ path }) => path);
  const places = recordPlaces(nodes, { exclusive: (one, other) => areExclusive(one, other, placed) });
  return (reader) => {
    const { path, use } = reader;
    if (use.record === undefined) return [];
    const wrong = recordProblems(use.record);
    const record = use.record as Json;
    const { problems, rendered } = wrong.length > 0 ? { problems: wrong } : checkTemplates(record, { reader, placed });
    if (problems.length > 0) return problems.map((problem) => `record: ${problem}`);
    if (path.includes(EVERY_ITERATION)) return repeatedPlaces({ reader, placed });
    return rendered === undefined ? [] : placeProblems(() => places.take(NodePath.parse(path), rendered));
  };
}

function placeProblems(take: () => void): readonly string[] {
  try {
    take();
    return [];
  } catch (error) {
    if (!DadError.is(error)) throw error;
    return [error.message];
  }
}

/** Places that are the same in each iteration of a loop: after the first one they would be those of another node. */
function repeatedPlaces(reading: Reading): string[] {
  const { use, parent } = reading.reader;
  return Object.entries(use.record ?? {}).flatMap(([entry, setting]) => {
    const isWritten = setting?.path !== undefined && checkTemplates(setting.path, reading).rendered !== undefined;
    if (!isWritten) return [];
    return [`record: ${entry}.path: ${JSON.stringify(setting.path)} is the same in each iteration: let it differ, as with ${indexAround(parent)}`];
  });
}

function indexAround(at: PlacedElement | undefined): string {
  if (at === undefined) return "$var{nodeDirectory}";
  return "index" in at.definition ? `$var{${at.definition.index}}` : indexAround(at.parent);
}

/** Whether two nodes are in different branches of a choice: in a run there is only one of them. */
function areExclusive(one: string, other: string, placed: Reading["placed"]): boolean {
  const [steps, others] = [one.split("."), other.split(".")];
  const parting = steps.findIndex((step, at) => step !== others[at]);
  const kind = placed.get(steps.slice(0, parting).join("."))?.definition.kind;
  return kind === "conditional" || kind === "switch";
}
