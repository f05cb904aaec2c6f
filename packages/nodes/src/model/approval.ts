import type { NodeContext } from "@dad/agent";
import { digestOfBytes, type Json } from "@dad/protocol";
import type { ModelToolCallPart } from "@dad/resources";
import { z } from "zod";
import type { OfferedTool } from "./offered-tool.ts";
import type { ApprovalQuestion } from "./tool.ts";

/** What somebody decided about a call. `denied`: it is not executed, for this reason. */
export interface Verdict {
  readonly denied?: string;
}

/** A call that may be executed, if it is approved. */
export interface CallToApprove {
  readonly call: ModelToolCallPart;
  readonly at: string;
  readonly tool: OfferedTool;
  /** As it was checked. */
  readonly input: unknown;
}

const Decision = z.enum(["approve", "approve_all", "deny", "explain"]);

/**
 * Asks about calls of tools that have to be approved, before they are executed. Whoever approves of all calls of a tool is not asked
 * about it again by this node. `undefined`: nobody had to be asked.
 */
export function approver(context: NodeContext): (call: CallToApprove) => Promise<Verdict | undefined> {
  const approved = new Set<string>();
  return async (asked) => {
    const question = await questionOf(context, asked);
    if (question === undefined) return undefined;
    const { name } = asked.tool;
    if (approved.has(name)) return {};
    const decision = await context.input({
      key: `approve_${name}`,
      schema: Decision,
      prompt: promptOf(asked, question),
      choices: [
        { value: "approve", label: "approve" },
        { value: "approve_all", label: "approve all", hint: `all calls of ${name} in this node` },
        { value: "deny", label: "deny" },
        { value: "explain", label: "deny and say why", hint: "the model is told" },
      ],
      ...(question.expiresIn === undefined ? {} : { expiresIn: question.expiresIn, onTimeout: { default: "deny" as const } }),
    });
    if (decision === "approve_all") approved.add(name);
    if (decision === "deny") return { denied: "it was not approved" };
    return decision === "explain" ? { denied: `it was denied: ${await reasonFor(context, asked)}` } : {};
  };
}

/** Whether a function asks is decided once: a resumed node does not ask about what is done. */
async function questionOf(context: NodeContext, { tool, input, at }: CallToApprove): Promise<ApprovalQuestion | undefined> {
  const { approval } = tool;
  if (typeof approval !== "function") return approval ? {} : undefined;
  const decided = await context.step(`approval ${at} ${tool.name}`, async () => (await approval(input, context)) ?? false);
  if (typeof decided !== "object") return decided ? {} : undefined;
  return decided;
}

function reasonFor(context: NodeContext, { tool: { name }, at }: CallToApprove): Promise<string> {
  return context.input({ key: `deny_${name}`, schema: z.string().min(1), prompt: `Why is call ${at} of ${name} denied? The model is told.` });
}

const SHOWN_CHARACTERS = 2_000;

function promptOf({ call, at, tool }: CallToApprove, { reason, expiresIn }: ApprovalQuestion): string {
  const from = tool.source === undefined ? "" : `, which is from ${tool.source}`;
  const says = tool.saysEffect === undefined || tool.saysEffect === "effectful" ? "" : ` (${tool.source} says that it is ${tool.saysEffect})`;
  const head = `The model calls the tool ${tool.name}${from}${says}, with:`;
  const why = reason === undefined ? [] : ["", reason];
  const late = expiresIn === undefined ? "" : " When nobody answers in time, it is denied.";
  return [head, shown(visibleJson(call.input), at), ...why, "", `Approve call ${at}?${late}`].join("\n");
}

/** With what is not seen, or reorders what is seen, as JSON escapes it: what people see is what the tool is told. */
function visibleJson(input: Json): string {
  const unseen = /[\p{Cf}\p{Zl}\p{Zp}\u007f-\u009f]/gu;
  return JSON.stringify(input, undefined, 2).replaceAll(unseen, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  );
}

/** Nobody is to approve of what is not shown without knowing that; and an answer holds for all of it, as the digest says. */
function shown(text: string, at: string): string {
  const more = text.length - SHOWN_CHARACTERS;
  if (more <= 0) return text;
  const [reply] = at.split(".");
  return `${text.slice(0, SHOWN_CHARACTERS)}\n… and ${more} more characters (${digestOfBytes(text)} in all): see the artifact steps/${reply}/reply`;
}
