import type { NodeContext } from "@dad/agent";
import { ATTRIBUTES, SPANS, SpanKind, traceHeaders } from "@dad/observability";
import { type Json, type ModelTool, nameHint } from "@dad/protocol";
import type { OpenToolSource, SourcedTool, ToolReply } from "@dad/resources";
import { ToolMissingError } from "./errors.ts";
import { limitedResult } from "./limited-result.ts";
import { offeredNames } from "./offered-names.ts";
import type { OfferedTool } from "./offered-tool.ts";
import { inSpan } from "./in-span.ts";
import { callAttributes, listAttributes } from "./protocol-attributes.ts";
import { type ToolsFrom, toolsOf } from "./tools-from.ts";

/** Tools of others, as a model is told of them, and as they are called. */
export interface SourcedTools {
  readonly told: readonly ModelTool[];
  readonly tools: readonly OfferedTool[];
}

/**
 * The tools of sources. What a source lists is recorded, so that the node has the same list when it is executed again; a source is
 * opened when something is asked of it, and closed with the attempt.
 *
 * @throws ToolSourceError (`TOOLS_UNAVAILABLE`), `RESOURCE_UNKNOWN`, ToolMissingError (`TOOL_MISSING`).
 */
export async function sourcedTools(context: NodeContext, toolsFrom: ToolsFrom, own: readonly string[]): Promise<SourcedTools> {
  const listed: Listed[] = [];
  for (const item of toolsFrom) listed.push(...(await listOf(context, toolsOf(item))));
  const names = offeredNames(
    own,
    listed.map(({ from, tool }) => ({ source: from.source, name: tool.name })),
  );
  return {
    told: listed.map(({ tool: { description, inputSchema } }, index) => ({ name: names[index] ?? "", description, inputSchema })),
    tools: listed.map((one, index) => offered(one, names[index] ?? "")),
  };
}

type From = ReturnType<typeof toolsOf>;

interface Listed {
  readonly from: From;
  readonly tool: SourcedTool;
  readonly connect: Connect;
}

type Headers = Readonly<Record<string, string>>;
type Connect = (headers: Headers) => Promise<OpenToolSource>;

async function listOf(context: NodeContext, from: From): Promise<readonly Listed[]> {
  const connect = connecting(context, from.source);
  const options = { name: SPANS.listTools(from.source), kind: SpanKind.CLIENT, attributes: { [ATTRIBUTES.dad.toolSource]: from.source } };
  const tools = await context.step(`tools of ${from.source}`, () =>
    inSpan(context, options, async ({ span }) => {
      const open = await connect(traceHeaders(span));
      span.setAttributes(listAttributes(open));
      return chosen(from, open.tools);
    }),
  );
  return tools.map((tool) => ({ from, tool, connect }));
}

/** Once, whoever asks first. One that could not be opened is tried again. */
function connecting(context: NodeContext, alias: string): Connect {
  const source = context.resources.get("tools", alias);
  let open: Promise<OpenToolSource> | undefined;
  return (headers) => {
    open ??= source.open({ signal: context.signal, headers }).then(
      (opened) => used(context, opened),
      (error: unknown) => {
        open = undefined;
        throw error;
      },
    );
    return open;
  };
}

/** One that comes when the attempt is over already, is closed at once. */
async function used(context: NodeContext, opened: OpenToolSource): Promise<OpenToolSource> {
  try {
    return context.use(opened);
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

function chosen({ source, only }: From, tools: readonly SourcedTool[]): readonly SourcedTool[] {
  if (only === undefined) return tools;
  const names = tools.map(({ name }) => name);
  const missing = only.find((name) => !names.includes(name));
  if (missing !== undefined) throw new ToolMissingError(source, missing, names.length === 0 ? "it has none" : nameHint(missing, names));
  return tools.filter(({ name }) => only.includes(name));
}

function offered({ from, tool, connect }: Listed, name: string): OfferedTool {
  const { source, approval = false, effect = "effectful" } = from;
  return {
    name,
    description: tool.description,
    source,
    effect,
    saysEffect: tool.effect,
    approval: typeof approval === "boolean" ? approval : approval.includes(tool.name),
    // Its schema is checked by the source.
    check: (input) => ({ input }),
    async execute(input, { context, headers, tell }) {
      const { signal, idempotencyKey } = context;
      const open = await connect(headers);
      tell(callAttributes(open));
      const options = { signal, headers, idempotencyKey };
      const reply = await open.call(tool.name, input as Json, options);
      tell(callAttributes(open, reply));
      return replied(reply, context);
    },
  };
}

function replied({ result, failed }: ToolReply, context: NodeContext): { readonly result: Json; readonly failure?: string } {
  return { result: limitedResult(result, context), ...(failed ? { failure: "TOOL_FAILED" } : {}) };
}
