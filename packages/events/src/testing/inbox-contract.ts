import type { RunId } from "@dad/protocol";
import { beforeEach, describe } from "vitest";
import type { Inbox } from "../inbox.ts";
import { followingTests } from "./inbox-following.ts";
import { OTHER_RUN, RUN } from "./inbox-messages.ts";
import { postingTests } from "./inbox-posting.ts";
import { settlingTests } from "./inbox-settling.ts";
import { sharingTests } from "./inbox-sharing.ts";

/** The adapter under test. */
export interface InboxSubject {
  /** An inbox that holds nothing and shares nothing with an earlier one. There are these runs and no others, where it knows which there are. */
  create(runs: readonly RunId[]): Inbox | Promise<Inbox>;
  /** A second handle on the place of the inbox that was created last. An adapter that claims `shared` must give it, no other may. */
  reopen?(): Inbox | Promise<Inbox>;
}

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
