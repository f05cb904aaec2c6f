import { type Bindable, defineNode, type Effect, type NodeContext, type NodeDefinition, type WorkspaceUse } from "@dad/agent";
import { Json } from "@dad/protocol";
import { z } from "zod";
import { CallbackResultError } from "../errors.ts";
import { jsonResult } from "../json-result.ts";

export interface CallbackOptions<Input> {
  /** For people, and part of the settings. */
  readonly name: string;
  /** Change it when the function gives another result without another text, because something that it calls changed. */
  readonly version: string;
  /** Default `effectful`: what a function does is not known. */
  readonly effect?: Effect;
  /** What it does with the files of the workspace. Default: what it may do, `confined` when it is pure, else `writes`. */
  readonly workspace?: WorkspaceUse;
  /** What its input must be. Without it, the input is what the templates gave, unchecked. */
  readonly input?: z.ZodType<Input>;
}

/** Any JSON value, or nothing, which stands for `null`. */
type CallbackResult<Output> = Output | Promise<Output>;

type OutputOf<Output> = [Output] extends [void] ? null : Output;

/**
 * A node that calls a function of yours with an input and the context of the attempt. It may be
 * synchronous or asynchronous, and gives any JSON value; one that returns nothing gives `null`.
 *
 *     const titles = callback({ name: "titles", version: "1", effect: "pure" }, (input: { text: string }) => input.text.split("\n"));
 *     flow("f").node("titles", titles({ text: "$var{text}" }));
 *
 * Files that it keeps with `context.record` belong to the node: JSON, YAML, text, or bytes as they are.
 *
 * The identity of the node is the name, the version and a digest of the function's own text: what it
 * calls and what it closes over are not in it.
 *
 * @throws `CALLBACK_RESULT_INVALID` with the place of what JSON cannot carry.
 */
export function callback<Input, Output>(
  options: CallbackOptions<Input>,
  work: (input: Input, context: NodeContext) => CallbackResult<Output>,
): (input: Bindable<Input>) => NodeDefinition<OutputOf<Output>> {
  const { name, version, effect = "effectful", workspace, input = z.unknown() as z.ZodType<Input> } = options;
  if (typeof work !== "function") throw new TypeError(`callback ${JSON.stringify(name)} takes a function as its second argument`);
  const define = defineNode({
    type: "callback",
    version,
    code: work.toString(),
    effect,
    ...(workspace === undefined ? {} : { workspace }),
    settings: z.object({ callback: z.string(), input }),
    output: Json,
    async execute(context, { settings }) {
      context.signal.throwIfAborted();
      return jsonResult(await work(settings.input, context), (problem, cause) => new CallbackResultError(name, problem, cause));
    },
  });
  // The type of the output is the function's word: that it is JSON is checked.
  return (given) => define({ callback: name, input: given }) as NodeDefinition<OutputOf<Output>>;
}
