import type { Home, IsolationSpace, IsolationSpec, ResolvedPolicy } from "@dad/isolation";
import type { FoundEngine } from "./engine-facts.ts";
import type { Wanted } from "./examine.ts";

/** A space with everything decided. */
export interface SpacePlan extends Pick<IsolationSpace, "id" | "adapter" | "guards" | "degraded" | "env"> {
  readonly engine: FoundEngine;
  readonly wanted: Wanted;
  readonly policy: ResolvedPolicy;
  readonly workspace: string;
  readonly home: Home;
  readonly onEgress: IsolationSpec["onEgress"];
  readonly graceMs: number;
}
