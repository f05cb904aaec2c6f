import type { Inspector, RunStanding } from "@dad/doctor";
import { checkGitOutcomes, type GitOutcomes, type RecordedRun, restoreBranch } from "@dad/outcome-git";
import type { Finding } from "@dad/protocol";
import { isAbsolute, join } from "node:path";
import { pathIn } from "./path-in.ts";

/** Compares the outcomes of a run root with what the journals say of them. */
export function outcomeInspector(runRoot: string, outcomes: () => Promise<GitOutcomes>): Inspector {
  return {
    subject: "the outcomes",
    async *inspect({ truth, runId, signal }) {
      const runs = Array.from(truth.runs.values(), recorded);
      const findings = checkGitOutcomes(await outcomes(), { runs, everything: runId === undefined, signal });
      for await (const finding of findings) yield toldIn(runRoot, finding);
    },
    repairs: {
      async "restore-branch"({ details = {} }) {
        const { repository, branch, commit } = details;
        if (typeof branch !== "string" || typeof commit !== "string" || typeof repository !== "string")
          throw new TypeError("a branch is told with its repository");
        await restoreBranch(await outcomes(), join(runRoot, repository), { branch, commit });
      },
    },
  };
}

function recorded({ runId, state, outcome }: RunStanding): RecordedRun {
  return { runId, outcome, ended: state === "ended", uncertain: state === "live" || state === "unreadable" };
}

function toldIn(runRoot: string, finding: Finding): Finding {
  const told = (place: string) => (isAbsolute(place) ? pathIn(runRoot, place) : place);
  const repository = finding.details?.["repository"];
  return {
    ...finding,
    where: told(finding.where),
    ...(typeof repository === "string" ? { details: { ...finding.details, repository: told(repository) } } : {}),
  };
}
