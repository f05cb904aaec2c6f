import type { RunId } from "@dad/protocol";
import type { Inbox } from "../inbox.ts";

/** The adapter under test. */
export interface InboxSubject {
  /** An inbox that holds nothing and shares nothing with an earlier one. There are these runs and no others, where it knows which there are. */
  create(runs: readonly RunId[]): Inbox | Promise<Inbox>;
  /** A second handle on the place of the inbox that was created last. An adapter that claims `shared` must give it, no other may. */
  reopen?(): Inbox | Promise<Inbox>;
}
