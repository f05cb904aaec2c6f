import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool, LanguageModelV4ToolChoice } from "@ai-sdk/provider";
import type { CallOptions, ModelOutputSpec, ModelRequest, ModelTool, ModelToolChoice } from "@dad/resources";
import { promptOf } from "./prompt.ts";

/** A request in the words of the AI SDK. All of it is a copy: providers may change what they are given. */
export function callOptionsOf(request: ModelRequest, { signal, headers }: CallOptions): LanguageModelV4CallOptions {
  const { stopSequences, reasoningEffort, providerOptions, ...settings } = request.settings ?? {};
  return {
    prompt: promptOf(request),
    ...settings,
    ...(stopSequences ? { stopSequences: [...stopSequences] } : {}),
    ...(reasoningEffort ? { reasoning: reasoningEffort } : {}),
    ...(providerOptions ? { providerOptions: structuredClone(providerOptions) as Record<string, never> } : {}),
    ...(request.output ? { responseFormat: responseFormatOf(request.output) } : {}),
    ...(request.tools ? { tools: request.tools.map(functionToolOf) } : {}),
    ...(request.toolChoice ? { toolChoice: toolChoiceOf(request.toolChoice) } : {}),
    ...(signal ? { abortSignal: signal } : {}),
    ...(headers ? { headers: { ...headers } } : {}),
  };
}

function responseFormatOf({ name, schema }: ModelOutputSpec): NonNullable<LanguageModelV4CallOptions["responseFormat"]> {
  return { type: "json", name, schema: structuredClone(schema) };
}

function functionToolOf({ name, description, inputSchema }: ModelTool): LanguageModelV4FunctionTool {
  return { type: "function", name, description, inputSchema: structuredClone(inputSchema) };
}

function toolChoiceOf(choice: ModelToolChoice): LanguageModelV4ToolChoice {
  return typeof choice === "string" ? { type: choice } : { type: "tool", toolName: choice.tool };
}
