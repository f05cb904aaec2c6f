import { describe } from "vitest";
import { deliveryContract } from "./testing/delivery.ts";
import { failureContract } from "./testing/failure.ts";
import { filterContract } from "./testing/filter.ts";
import { inputContract } from "./testing/input.ts";
import { interceptContract } from "./testing/intercept.ts";
import { lifetimeContract } from "./testing/lifetime.ts";
import { optionsContract } from "./testing/options.ts";
import type { EventBusSubject } from "./testing/subject.ts";

export { inboxContract } from "./testing/inbox-contract.ts";
export type { InboxSubject } from "./testing/inbox-subject.ts";
export type { EventBusSubject } from "./testing/subject.ts";

/** The contract of `EventBus`. Every adapter runs all of it; there is no way to skip a part. */
export function eventBusContract(name: string, subject: EventBusSubject): void {
  describe(`${name} satisfies EventBus`, () => {
    deliveryContract(subject);
    filterContract(subject);
    failureContract(subject);
    optionsContract(subject);
    inputContract(subject);
    interceptContract(subject);
    lifetimeContract(subject);
  });
}
