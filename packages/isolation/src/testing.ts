/**
 * The contract of the isolation port, for whoever writes an adapter.
 *
 * @packageDocumentation
 */
import { afterEach, beforeEach, describe } from "vitest";
import type { IsolationAdapter } from "./isolation-adapter.ts";
import { describeClaims } from "./testing/claims.ts";
import { describeCommands } from "./testing/commands.ts";
import { describeEnvironment } from "./testing/environment.ts";
import { describeOutput } from "./testing/output.ts";
import { describeProcesses } from "./testing/processes.ts";
import { openTrial, type Trial } from "./testing/trial.ts";

export interface IsolationSubject {
  /**
   * The adapter as a program of this machine would make it. An adapter that is told of the host's environment gets all
   * of `process.env` here: the suite plants secrets there.
   */
  create(): IsolationAdapter | Promise<IsolationAdapter>;
}

/**
 * The contract of {@link IsolationAdapter}, by guard. Every attempt to get around a guard first has to succeed without
 * the isolation, and its verdict is taken from the host or from a random marker. For a guard that is not claimed the
 * suite proves that requiring it is refused.
 */
export function isolationContract(name: string, subject: IsolationSubject): void {
  describe(`${name} satisfies IsolationAdapter`, () => {
    let trial: Trial;
    beforeEach(async () => {
      trial = await openTrial(subject);
    });
    afterEach(async () => trial[Symbol.asyncDispose]());

    describeClaims(() => trial);
    describeEnvironment(() => trial);
    describeCommands(() => trial);
    describeOutput(() => trial);
    describeProcesses(() => trial);
  });
}
