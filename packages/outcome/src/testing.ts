/**
 * The contract of the outcome port, for whoever writes an adapter.
 *
 * @packageDocumentation
 */
import { afterEach, beforeEach, describe } from "vitest";
import type { OutcomeFile, OutcomeRepository } from "./outcome-repository.ts";
import { BASE } from "./testing/starting-files.ts";
import { describeBringing } from "./testing/bringing.ts";
import { describeChangedFiles } from "./testing/changed-files.ts";
import { describeCheckouts } from "./testing/checkouts.ts";
import { describeCommits } from "./testing/commits.ts";
import { describeFiles } from "./testing/files.ts";
import { describeFinalCommits } from "./testing/final-commits.ts";
import { describeHistory } from "./testing/history.ts";
import { describeLife } from "./testing/life.ts";
import { describePatches } from "./testing/patches.ts";
import { describeRevisions } from "./testing/revisions.ts";
import { describeRuns } from "./testing/runs.ts";
import { describeSecrets } from "./testing/secrets.ts";
import type { Subject } from "./testing/subject.ts";

export interface OutcomeRepositorySubject {
  /** A repository in which runs start from these files, that holds no run and shares nothing with an earlier one. */
  create(base: readonly OutcomeFile[]): OutcomeRepository | Promise<OutcomeRepository>;
  /** A second handle on the repository that was created last, as another process would open it. A durable one needs it. */
  reopen?(): OutcomeRepository | Promise<OutcomeRepository>;
  /** The whole message of a commit of the repository that was created last, read from the storage itself. */
  messageOf(commit: string): string | Promise<string>;
}

/** The contract of {@link OutcomeRepository}. Every adapter runs all of it; there is no way to leave a part out. */
export function outcomeRepositoryContract(name: string, subject: OutcomeRepositorySubject): void {
  describe(`${name} satisfies OutcomeRepository`, () => {
    let repository: OutcomeRepository;
    beforeEach(async () => {
      repository = await subject.create(BASE);
    });
    afterEach(async () => repository[Symbol.asyncDispose]());

    const under: Subject = {
      repository: () => repository,
      messageOf: async (commit) => subject.messageOf(commit),
      async reopen() {
        if (!subject.reopen) throw new TypeError("a durable outcome repository must give `reopen` to its contract");
        return subject.reopen();
      },
    };
    describeRuns(under);
    describeFiles(under);
    describeCommits(under);
    describeChangedFiles(under);
    describeBringing(under);
    describePatches(under);
    describeHistory(under);
    describeCheckouts(under);
    describeFinalCommits(under);
    describeRevisions(under);
    describeSecrets(under);
    describeLife(under);
  });
}
