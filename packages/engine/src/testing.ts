import { describe } from "vitest";
import { abandonmentContract } from "./testing/abandonment.ts";
import { asyncContextContract } from "./testing/async-context.ts";
import { cancellationContract } from "./testing/cancellation.ts";
import { misuseContract } from "./testing/misuse.ts";
import { outcomeContract } from "./testing/outcome.ts";
import { replayContract } from "./testing/replay.ts";
import { schedulingContract } from "./testing/scheduling.ts";
import type { EngineSubject } from "./testing/subject.ts";
import { timingContract } from "./testing/timing.ts";

export type { EngineSubject } from "./testing/subject.ts";

/** The contract of `Engine`. Every adapter runs all of it; there is no way to skip a part. */
export function engineContract(name: string, subject: EngineSubject): void {
  describe(`${name} satisfies Engine`, () => {
    outcomeContract(subject);
    schedulingContract(subject);
    timingContract(subject);
    cancellationContract(subject);
    asyncContextContract(subject);
    abandonmentContract(subject);
    misuseContract(subject);
    replayContract(subject);
  });
}
