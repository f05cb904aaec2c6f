import type { ComponentDefinition } from "@dad/agent";
import type { Clock } from "@dad/engine";
import type { EventHandler } from "@dad/events";
import type { MemoryObservability } from "@dad/observability/memory";
import type { BudgetLimits, RunEvent, RunId, StaticInputs, UnknownEvent } from "@dad/protocol";
import type { ModelResource, ToolSource } from "@dad/resources";
import type { BudgetChange } from "@dad/run-context";
import type { ResumeOptions } from "@dad/runner";
import type { AskedModel } from "./asked-models.ts";
import type { GivenAnswers } from "./given-answers.ts";
import type { ReplacedNodes } from "./replaced-nodes.ts";

/** What a test has to go by. */
export interface Script {
  readonly definition: ComponentDefinition;
  readonly runId: RunId;
  readonly inputs: StaticInputs;
  readonly models: Readonly<Record<string, ModelResource>>;
  readonly endpoints: Readonly<Record<string, string | URL>>;
  readonly tools: Readonly<Record<string, ToolSource>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly nodes: ReplacedNodes;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly budget: BudgetLimits | undefined;
}

/** How a run is begun, or, with `resume`, gone on with. */
export interface Opening {
  readonly signal: AbortSignal;
  readonly onEvent: EventHandler | undefined;
  readonly answers: GivenAnswers;
  readonly resume: ResumeOptions | undefined;
  readonly budget: BudgetChange | undefined;
  readonly noticed: Noticed;
}

/** What is noticed from the beginning, or the resumption, of a run to its end. */
export interface Noticed {
  readonly events: (RunEvent | UnknownEvent)[];
  readonly asked: AskedModel[];
  /** What the run tells of itself. */
  readonly told: MemoryObservability;
  /** What is wrong with the test, and what was thrown because of it. */
  readonly problems: { readonly problem: string; readonly cause: unknown }[];
}
