/**
 * The contract of the isolation port, for whoever writes an adapter.
 *
 * @packageDocumentation
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { describeClaims } from "./testing/claims.ts";
import { describeCommands } from "./testing/commands.ts";
import { describeEnvironment } from "./testing/environment.ts";
import { describeEscapes } from "./testing/escapes.ts";
import { describeFiles } from "./testing/files.ts";
import { describeNetwork } from "./testing/network.ts";
import { describeOutput } from "./testing/output.ts";
import { describePolicy } from "./testing/policy.ts";
import { describeProcesses } from "./testing/processes.ts";
import type { IsolationSubject } from "./testing/subject.ts";
import { type Host, makeHost, openTrial, type Trial } from "./testing/trial.ts";

export type { HostProgram } from "./escapes/programs.ts";
export type { IsolationSubject } from "./testing/subject.ts";

/**
 * The contract of `IsolationAdapter`, by guard, with all attempts of `@dad/isolation/escapes`. Every attempt to get around a
 * guard first has to succeed without the isolation, and its verdict is taken from the host or from a random marker. For a guard
 * that is not claimed the suite proves that requiring it is refused. The adapter is made once.
 */
export function isolationContract(name: string, subject: IsolationSubject): void {
  describe(`${name} satisfies IsolationAdapter`, () => {
    let host: Host;
    let trial: Trial;
    beforeAll(async () => {
      host = await makeHost(subject);
    });
    afterAll(() => host[Symbol.dispose]());
    beforeEach(async () => {
      trial = await openTrial(host);
    });
    afterEach(async () => trial[Symbol.asyncDispose]());

    describeClaims(() => trial);
    describeEnvironment(() => trial);
    describeCommands(() => trial);
    describeOutput(() => trial);
    describeProcesses(() => trial);
    describeFiles(() => trial);
    describePolicy(() => trial, subject);
    describeNetwork(() => trial);
    describeEscapes(() => trial, subject);
  });
}
