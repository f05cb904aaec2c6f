import { digestOfBytes, hexOfDigest, type Json } from "@dad/protocol";
import type { ResourceNeed } from "@dad/resources";
import type { z } from "zod";
import { dataOf } from "./data.ts";
import type { NodeContext } from "./node-context.ts";
import type { Bindable } from "./reference.ts";

/** `pure`: no effect outside the run. `idempotent`: doing it twice is doing it once. `effectful`: a repetition matters. */
export type Effect = "pure" | "idempotent" | "effectful";

const EFFECTS: readonly Effect[] = ["pure", "idempotent", "effectful"];

/**
 * What a node does with the files of the workspace: nothing, it looks at them, or it may change them. `confined`: it may change
 * them, and changes nothing else, so that to do it again in another run repeats nothing.
 */
export type WorkspaceUse = "none" | "reads" | "writes" | "confined";

export interface NodeTypeSpec<Settings extends z.ZodType, Output extends z.ZodType, Input extends z.ZodType> {
  /** Names the type in definitions, spans and events: `command`, `ai_model`. */
  readonly type: string;
  /** Changes whenever the same settings may give another result. Part of the node's fingerprint in re-runs. */
  readonly version: string;
  readonly effect: Effect;
  /**
   * The text of the code that its results follow from, besides the version: a re-run executes a node again when that is another
   * one. What this code calls and closes over is not in it: for that there is the version. Default: the text of `execute`.
   */
  readonly code?: string;
  /**
   * What a node with these settings and this input does with the files of the workspace, for re-runs: one that sees them is
   * executed again when they are others, and what one may have changed is committed when it ends. A function is pure, and is
   * given what the schemas parsed. Default: what it may do, which is `confined` for a pure one, else `writes`. Say `none` or `reads`
   * where that is so: then it is not executed for files that it does not see, and nobody looks what it changed.
   */
  readonly workspace?: WorkspaceUse | ((settings: z.output<Settings>, input: z.output<Input> | undefined) => WorkspaceUse);
  /**
   * Whether it looks at the input files of the run (`context.inputFiles`): then a re-run with other ones executes it again. That its
   * settings name their directory is seen without this. Default `reads`. Say `none` where that is so.
   */
  readonly inputFiles?: "none" | "reads";
  readonly settings: Settings;
  /** What somebody may give to the node from outside (static inputs). Default: nothing. */
  readonly input?: Input;
  readonly output: Output;
  /** What it gives comes from somebody whom nobody has to trust, such as a model. So does what is made of it. Default: false. */
  readonly untrusted?: boolean;
  /**
   * The part of its settings that it executes as code, such as a command: when a template in it reads what is untrusted, the context
   * says so. Given are the settings as they are written. Pure. Default: none.
   */
  executes?(settings: Json): Json;
  /**
   * Which resources a node with these settings asks for, so that one that the profile has not is found before anything runs.
   * Given are those settings that are known by then: not the ones whose templates read something. Pure. Default: none.
   */
  needs?(settings: Partial<z.output<Settings>>): readonly ResourceNeed[];
  /**
   * Whether an effectful node that was interrupted may have been doing what must not be done twice, by the names of its steps that are
   * done: of one that does such things in steps alone, and says in a step before that it begins. Pure. Default: it may.
   */
  unsure?(steps: ReadonlySet<string>): boolean;
  /** Throws to fail. Stops when `context.signal` is aborted. */
  execute(
    context: NodeContext,
    work: { readonly settings: z.output<Settings>; readonly input: z.output<Input> | undefined },
  ): Promise<z.input<Output>> | z.input<Output>;
}

/** A node type with its schemas' types forgotten: what the runner works with. */
export interface NodeType {
  readonly type: string;
  readonly version: string;
  readonly effect: Effect;
  /** Names the text of its code. `undefined` where the version says it all. */
  readonly source: string | undefined;
  readonly workspace: (settings: unknown, input: unknown) => WorkspaceUse;
  readonly inputFiles: "none" | "reads";
  readonly settings: z.ZodType;
  readonly input: z.ZodType | undefined;
  readonly output: z.ZodType;
  readonly needs: ((settings: unknown) => readonly ResourceNeed[]) | undefined;
  readonly untrusted: boolean;
  readonly executes: ((settings: Json) => Json) | undefined;
  readonly unsure: (steps: ReadonlySet<string>) => boolean;
  execute(context: NodeContext, work: { readonly settings: unknown; readonly input: unknown }): Promise<unknown>;
}

declare const output: unique symbol;

/** What one node does: its type, and settings that are data with templates in them. Immutable. */
export interface NodeDefinition<Output = unknown> {
  readonly kind: "node";
  readonly nodeType: NodeType;
  readonly settings: Json;
  /** Only a type: what later nodes read. */
  readonly [output]?: Output;
}

/**
 * A new node type. The result makes definitions of it: every field of the settings takes its value, a
 * reference to the result of an earlier node, or (where it is a string) a text with templates. Making a
 * definition throws DefinitionError (`DEFINITION_INVALID`) for settings that JSON cannot carry.
 *
 *     const shout = defineNode({
 *       type: "shout",
 *       version: "1",
 *       effect: "pure",
 *       settings: z.object({ text: z.string() }),
 *       output: z.object({ text: z.string() }),
 *       execute: (_context, { settings }) => ({ text: settings.text.toUpperCase() }),
 *     });
 */
export function defineNode<Settings extends z.ZodType, Output extends z.ZodType, Input extends z.ZodType = z.ZodNever>(
  spec: NodeTypeSpec<Settings, Output, Input>,
): (settings: Bindable<z.input<Settings>>) => NodeDefinition<z.output<Output>> {
  for (const member of ["type", "version"] as const)
    if (typeof spec[member] !== "string" || spec[member] === "" || !spec[member].isWellFormed())
      throw new TypeError(`the ${member} of a node type is ${JSON.stringify(spec[member])}: give a text`);
  if (!EFFECTS.includes(spec.effect))
    throw new TypeError(`the effect of node type "${spec.type}" is ${JSON.stringify(spec.effect)}: give one of ${EFFECTS.join(", ")}`);
  const nodeType: NodeType = Object.freeze({
    type: spec.type,
    version: spec.version,
    effect: spec.effect,
    source: sourceOf(spec.code ?? spec.execute.toString()),
    workspace: workspaceOf(spec),
    inputFiles: spec.inputFiles ?? "reads",
    settings: spec.settings,
    input: spec.input,
    output: spec.output,
    // The runner hands over what these very schemas have parsed.
    needs: spec.needs && ((settings: unknown) => spec.needs?.(settings as Partial<z.output<Settings>>) ?? []),
    untrusted: spec.untrusted ?? false,
    executes: spec.executes && ((settings: Json) => spec.executes?.(settings) ?? null),
    unsure: (steps: ReadonlySet<string>) => spec.unsure?.(steps) ?? true,
    execute: async (context: NodeContext, work: { readonly settings: unknown; readonly input: unknown }) =>
      spec.execute(context, work as { settings: z.output<Settings>; input: z.output<Input> | undefined }),
  });
  return (settings) => Object.freeze({ kind: "node", nodeType, settings: dataOf(settings, `the settings of a node "${spec.type}"`) });
}

const HEX_OF_SOURCE = 16;

function sourceOf(code: string): string | undefined {
  return code === "" ? undefined : hexOfDigest(digestOfBytes(code)).slice(0, HEX_OF_SOURCE);
}

function workspaceOf<Settings extends z.ZodType, Input extends z.ZodType>(
  spec: Pick<NodeTypeSpec<Settings, z.ZodType, Input>, "effect" | "workspace">,
): NodeType["workspace"] {
  const { effect, workspace = effect === "pure" ? "confined" : "writes" } = spec;
  if (typeof workspace !== "function") return () => workspace;
  // The runner hands over what these very schemas have parsed.
  return (settings, input) => workspace(settings as z.output<Settings>, input as z.output<Input> | undefined);
}
