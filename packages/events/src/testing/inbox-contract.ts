import { beforeEach, describe } from "vitest";
import type { Inbox } from "../inbox.ts";
import { followingTests } from "./inbox-following.ts";
import { OTHER_RUN, RUN } from "./inbox-messages.ts";
import { postingTests } from "./inbox-posting.ts";
import { settlingTests } from "./inbox-settling.ts";
import type { InboxSubject } from "./inbox-subject.ts";
import { sharingTests } from "./inbox-sharing.ts";

/** The contract of `Inbox`. Every adapter runs all of it; what it claims in `capabilities` is proved. */
export function inboxContract(name: string, subject: InboxSubject): void {
  describe(`${name} satisfies Inbox`, () => {
    let inbox: Inbox;
    beforeEach(async () => {
      inbox = await subject.create([RUN, OTHER_RUN]);
      demandProof(name, subject, inbox);
    });

    postingTests(() => inbox);
    settlingTests(() => inbox);
    followingTests(() => inbox);
    if (subject.reopen) sharingTests(() => inbox, subject.reopen);
  });
}

function demandProof(name: string, { reopen }: InboxSubject, { capabilities }: Inbox): void {
  if (!capabilities.shared && reopen) throw new TypeError(`${name} can be reopened: let its capabilities say that it is shared`);
  if (capabilities.shared && !reopen) throw new TypeError(`${name} claims to be shared: give the contract a reopen() to prove it`);
}
