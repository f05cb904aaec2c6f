// Fault: a rejected answer keeps its request.
// Noticed by: frees a request when its answer was rejected
import { memoryInbox } from "@dad/events/memory";
import { inboxContract } from "@dad/events/testing";

inboxContract("an inbox in which one answer is all that there is", {
  create() {
    const inbox = memoryInbox();
    return {
      ...inbox,
      settle: (message, verdict, options) => inbox.settle(message, message.kind === "answer" ? "accepted" : verdict, options),
    };
  },
});
