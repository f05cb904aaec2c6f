import type { OutcomeLogEntry } from "@dad/outcome";
import { Digest, type OutcomeLog, type OutcomeLogCommit } from "@dad/protocol";
import { countsOf, jsonText, outcomeLogText, paintFor, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { commandLine } from "../project/next-commands.ts";
import { openOutcomes, type Repository } from "../project/open-outcomes.ts";

export interface OutcomeLogFlags {
  readonly runRoot?: string;
  /** How many commits are told. */
  readonly limit?: number;
  readonly json?: true;
}

const USUAL_LIMIT = 50;
const AT_ONCE = 4;

/** Tells the commits of a run, the newest first. */
export async function logOutcome(given: string, { limit = USUAL_LIMIT, json, ...flags }: OutcomeLogFlags): Promise<number> {
  offerOwnPackages();
  await using outcomes = await openOutcomes(flags);
  const { run, repository, tip, place } = await outcomes.find(given);
  const entries = await repository.log(place.commit);
  const shown = entries.slice(0, limit);
  const commits = await commitsOf(shown, repository);
  const log: OutcomeLog = { format: "dad.outcome-log/1", runId: run.runId, branch: tip.branch, commits, omitted: entries.length - shown.length };
  const line = await commandLine({ cwd: process.cwd(), runRoot: outcomes.runRoot, clone: process.env["DAD_CLONE"] });
  const command = (...options: readonly string[]) => line("outcome", "log", given, ...options);
  process.stdout.write(json ? jsonText(log) : `${outcomeLogText(visible(log), { paint: paintFor(process.stdout), command })}\n`);
  return EXIT.done;
}

async function commitsOf(entries: readonly OutcomeLogEntry[], repository: Repository): Promise<OutcomeLogCommit[]> {
  const commits: OutcomeLogCommit[] = [];
  for (let at = 0; at < entries.length; at += AT_ONCE)
    commits.push(...(await Promise.all(entries.slice(at, at + AT_ONCE).map((entry) => commitOf(entry, repository)))));
  return commits;
}

/** What its trailers say was written by whoever made it: what does not fit is left out. */
async function commitOf({ commit, parent, subject, time, author, trailers }: OutcomeLogEntry, repository: Repository): Promise<OutcomeLogCommit> {
  const changes = await repository.changes(commit, parent === undefined ? {} : { from: parent });
  const { "Dad-Node": node, "Dad-Attempt": attempt = "", "Dad-Result": result } = trailers;
  const digest = Digest.safeParse(result).data;
  return {
    commit,
    ...(parent === undefined ? {} : { parent }),
    subject,
    time,
    author: { ...author },
    ...(node === undefined ? {} : { node }),
    ...(/^[1-9]\d{0,8}$/.test(attempt) ? { attempt: Number(attempt) } : {}),
    ...(digest === undefined ? {} : { result: digest }),
    changes: countsOf(changes.map((change) => ({ ...change }))),
  };
}
