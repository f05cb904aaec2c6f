import type { LanguageModelV4CallOptions, LanguageModelV4Message } from "@ai-sdk/provider";
import type { ModelOutputSpec, ModelRequest } from "@dad/resources";

/** A request in the words of the AI SDK. The arrays are copies: providers may change what they are given. */
export function callOptionsOf(request: ModelRequest, signal: AbortSignal | undefined): LanguageModelV4CallOptions {
  const { stopSequences, ...settings } = request.settings ?? {};
  return {
    prompt: promptOf(request),
    ...settings,
    ...(stopSequences ? { stopSequences: [...stopSequences] } : {}),
    ...(request.output ? { responseFormat: responseFormatOf(request.output) } : {}),
    ...(signal ? { abortSignal: signal } : {}),
  };
}

function promptOf({ system, messages }: ModelRequest): LanguageModelV4Message[] {
  return [
    ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
    ...messages.map(({ role, content }): LanguageModelV4Message => ({ role, content: [{ type: "text", text: content }] })),
  ];
}

function responseFormatOf({ name, schema }: ModelOutputSpec): NonNullable<LanguageModelV4CallOptions["responseFormat"]> {
  return { type: "json", name, schema: structuredClone(schema) };
}
