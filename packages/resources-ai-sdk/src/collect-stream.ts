import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Text,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";
import type { GenerateOptions, ModelPiece } from "@dad/resources";

type OnPiece = NonNullable<GenerateOptions["onPiece"]>;

/** What has come of a reply. */
interface Collected {
  readonly content: LanguageModelV4Content[];
  /** The texts and thoughts that are not at their end, by their ids. */
  readonly open: Map<string, Block>;
  warnings: LanguageModelV4GenerateResult["warnings"];
  modelId: string | undefined;
  id: string | undefined;
  end: Pick<LanguageModelV4GenerateResult, "usage" | "finishReason"> | undefined;
}

interface Block {
  readonly type: ModelPiece["channel"];
  text: string;
  providerMetadata?: SharedV4ProviderMetadata;
}

/**
 * The result that the parts of a stream make up. Each piece of text is told when it comes. `undefined` for a stream that ended
 * before its reply did. An error that came as a part of the stream goes to `fail`, which throws.
 */
export async function collectStream(
  parts: AsyncIterable<LanguageModelV4StreamPart>,
  { onPiece, fail }: { readonly onPiece: OnPiece; readonly fail: (error: unknown) => never },
): Promise<LanguageModelV4GenerateResult | undefined> {
  const collected: Collected = { content: [], open: new Map(), warnings: [], modelId: undefined, id: undefined, end: undefined };
  for await (const part of parts) {
    if (part.type === "error") fail(part.error);
    collect(collected, part, onPiece);
  }
  const { content, warnings, modelId, id, end } = collected;
  if (!end) return undefined;
  const final = finalAnswer(content);
  return {
    ...end,
    content,
    warnings,
    response: { ...(modelId === undefined ? {} : { modelId }), ...(id === undefined ? {} : { id }) },
    ...(final === undefined ? {} : { structuredOutputText: final }),
  };
}

function collect(collected: Collected, part: LanguageModelV4StreamPart, onPiece: OnPiece): void {
  switch (part.type) {
    case "text-start":
      return begin(collected, { type: "text", text: "" }, part);
    case "reasoning-start":
      return begin(collected, { type: "reasoning", text: "" }, part);
    case "text-delta":
    case "reasoning-delta":
      return goOn(collected.open.get(part.id), part, onPiece);
    case "text-end":
    case "reasoning-end":
      return end(collected.open.get(part.id), part);
    case "tool-call":
    case "file":
      return void collected.content.push(part);
    case "stream-start":
      collected.warnings = part.warnings;
      return undefined;
    case "response-metadata":
      collected.modelId = part.modelId ?? collected.modelId;
      collected.id = part.id ?? collected.id;
      return undefined;
    case "finish":
      collected.end = { usage: part.usage, finishReason: part.finishReason };
      return undefined;
    default:
      return undefined;
  }
}

interface Told {
  readonly id: string;
  readonly providerMetadata?: SharedV4ProviderMetadata;
}

function begin({ content, open }: Collected, block: Block, { id, providerMetadata }: Told): void {
  if (providerMetadata) block.providerMetadata = providerMetadata;
  content.push(block);
  open.set(id, block);
}

function goOn(block: Block | undefined, { delta, providerMetadata }: Told & { readonly delta: string }, onPiece: OnPiece): void {
  if (!block) return;
  block.text += delta;
  if (providerMetadata) block.providerMetadata = providerMetadata;
  if (delta !== "") onPiece({ channel: block.type, text: delta });
}

function end(block: Block | undefined, { providerMetadata }: Told): void {
  if (block && providerMetadata) block.providerMetadata = providerMetadata;
}

/** The texts that the provider tells from drafts. A result that comes at once has them as `structuredOutputText`. */
function finalAnswer(content: readonly LanguageModelV4Content[]): string | undefined {
  const final = content.filter(
    (part): part is LanguageModelV4Text =>
      part.type === "text" && Object.values(part.providerMetadata ?? {}).some(({ phase }) => phase === "final_answer"),
  );
  return final.length === 0 ? undefined : final.map(({ text }) => text).join("");
}
