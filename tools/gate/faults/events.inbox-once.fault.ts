// Fault: whoever follows an inbox is given once more what was there before.
// Noticed by: gives each message once and in order
import { memoryInbox } from "@dad/events/memory";
import { inboxContract } from "@dad/events/testing";

inboxContract("an inbox that repeats itself", {
  create() {
    const inbox = memoryInbox();
    return {
      ...inbox,
      async *follow(runId, options) {
        if (!options.signal.aborted) yield* await inbox.pending(runId);
        yield* inbox.follow(runId, options);
      },
    };
  },
});
