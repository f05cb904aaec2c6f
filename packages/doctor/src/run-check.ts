import type { FsckReport } from "@dad/protocol";
import type { Contents } from "./contents.ts";
import type { MaintainedStore } from "./maintained-store.ts";

/** How the runs of a store are checked. */
export interface RunCheck {
  readonly store: MaintainedStore;
  readonly contents: Contents;
  readonly depth: FsckReport["depth"];
  readonly signal: AbortSignal | undefined;
}
