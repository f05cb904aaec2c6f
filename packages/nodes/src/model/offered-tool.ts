import type { NodeContext } from "@dad/agent";
import type { Attributes } from "@dad/observability";
import type { Json, NodeEffect } from "@dad/protocol";
import { problemsOf } from "./model-schema.ts";
import type { Approval, Tool } from "./tool.ts";

/** What came of the call of a tool. `failure`: the type of the error that `result` tells of. */
export interface ToolOutcome {
  readonly result: Json;
  readonly failure?: string;
}

/** What a tool gives, before it is known to be JSON. */
interface Given {
  readonly result: unknown;
  readonly failure?: string;
}

/** What a tool is executed with. */
export interface ToolPlace {
  readonly context: NodeContext;
  /** Of the trace, for who goes elsewhere. */
  readonly headers: Readonly<Record<string, string>>;
  /** Says more of the call in its span. An `error.type` is that of a failure. */
  readonly tell: (attributes: Attributes) => void;
}

/** A tool that a model is offered, whosever it is. */
export interface OfferedTool {
  readonly name: string;
  readonly description: string;
  /** The alias of where it is from, unless it is a function of the node. */
  readonly source?: string;
  /** What repeating it means, as the author of the node says. */
  readonly effect: NodeEffect;
  /** What its source says of it. */
  readonly saysEffect?: NodeEffect | undefined;
  readonly approval: Approval;
  check(input: Json): { readonly input: unknown } | { readonly problem: string };
  execute(input: unknown, place: ToolPlace): Promise<Given>;
}

/** A function of the node. */
export function ownTool({ name, description, effect, approval, input: schema, execute }: Tool): OfferedTool {
  return {
    name,
    description,
    effect,
    approval,
    check(input) {
      const { error, data } = schema.safeParse(input);
      return error ? { problem: problemsOf(error) } : { input: data };
    },
    execute: async (input, { context }) => ({ result: await execute(input, context) }),
  };
}
