import type { Finding } from "@dad/protocol";
import type { Git, GitCall } from "../git/git.ts";

/**
 * Lets git check every object of a repository, and whether all that belongs to a ref is there.
 *
 * @returns a finding for each object that is damaged (`GIT_OBJECT_DAMAGED`) or missing (`GIT_OBJECT_MISSING`), with the place
 * that git knows it by; and `GIT_REPOSITORY_DAMAGED` for what it says beside that.
 */
export async function checkObjects(git: Git, call: GitCall): Promise<Finding[]> {
  const { exitCode, text } = await git.report(["fsck", "--full", "--no-dangling", "--no-progress", "--name-objects"], call);
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !IN_ORDER.test(line));
  const objects = objectsIn(lines);
  const others = lines.filter((line) => !LINK.test(line) && objectOf(line) === undefined);
  const findings = [...objects].map(([object, problem]) => finding(call.gitDir, object, problem));
  if (findings.length === 0 && (exitCode !== 0 || others.length > 0)) findings.push(damagedRepository(call.gitDir, others));
  return findings;
}

/** What git says of repositories in which nothing is wrong. */
const IN_ORDER = /^(notice|Checking|dangling|unreachable)\b/;
/** Two lines that name an object that is whole, and one that is told of by itself. */
const LINK = /^(broken link from| +to )/;

interface Problem {
  readonly damaged: boolean;
  /** What git says is wrong with it. */
  readonly said: string;
  /** As in `refs/heads/run/x:path`. */
  readonly place: string | undefined;
}

function objectsIn(lines: readonly string[]): ReadonlyMap<string, Problem> {
  const objects = new Map<string, Problem>();
  for (const line of lines) {
    const object = LINK.test(line) ? undefined : objectOf(line);
    if (object === undefined) continue;
    const known = objects.get(object);
    const place = known?.place ?? /\((refs\/[^)]+)\)/.exec(line)?.[1];
    // Of a damaged one git also says that it is missing.
    const said = known?.damaged ? known.said : line;
    objects.set(object, { damaged: !said.startsWith("missing "), said, place });
  }
  return objects;
}

/** By its id, or by the file that it is in. */
function objectOf(line: string): string | undefined {
  const [, directory = "", rest = ""] = /objects\/([0-9a-f]{2})\/([0-9a-f]{38,62})\b/.exec(line) ?? [];
  return directory === "" ? /\b([0-9a-f]{64}|[0-9a-f]{40})\b/.exec(line)?.[1] : `${directory}${rest}`;
}

function finding(repository: string, object: string, { damaged, said, place }: Problem): Finding {
  const named = place === undefined ? "" : `, which is ${place}`;
  return {
    code: damaged ? "GIT_OBJECT_DAMAGED" : "GIT_OBJECT_MISSING",
    severity: "error",
    what: damaged ? `git object ${object}${named} is damaged: ${said}` : `git object ${object}${named} is not there`,
    where: repository,
    details: { object, ...(place === undefined ? {} : { place }) },
    repair: { action: "bring-back-object", description: "bring it back from a clone of the repository, or run the runs again", automatic: false },
  };
}

function damagedRepository(repository: string, lines: readonly string[]): Finding {
  return {
    code: "GIT_REPOSITORY_DAMAGED",
    severity: "error",
    what: `git says that something is wrong with the repository: ${lines.join("; ") || "it does not say what"}`,
    where: repository,
  };
}
