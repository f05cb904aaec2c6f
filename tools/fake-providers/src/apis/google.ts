import { type Api, type ApiError, type FakeEvent, lastUserText, piecesOf, textOf, usageOf, vectorsOf } from "../api.ts";
import type { FakeAnswer } from "../fake-reply.ts";

const STATUSES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
};

const google = {
  keyHeaders: ["x-goog-api-key"],
  keyOf: ({ "x-goog-api-key": key }) => (typeof key === "string" ? key : undefined),
  error,
  overload: { data: error({ status: 503, message: "The model is overloaded. Please try again later." }) },
} satisfies Partial<Api>;

/** https://ai.google.dev/api/generate-content, also as Vertex AI has it. */
export const googleGenerate: Api = {
  ...google,
  name: "google.generate",
  path: /\/models\/[^/]+:(generateContent|streamGenerateContent)$/,
  problemOf: ({ body: { contents } }) => (Array.isArray(contents) && contents.length > 0 ? undefined : "contents is not specified"),
  isStreamed: ({ path }) => path.includes(":streamGenerateContent"),
  lastUserText: ({ contents }) => lastUserText(contents),
  reply: ({ path }, answer) => chunkOf(path, partsOf(answer), answer),
  events: ({ path }, answer) => eventsOf(path, answer),
};

/** https://ai.google.dev/api/embeddings */
export const googleEmbeddings: Api = {
  ...google,
  name: "google.embeddings",
  path: /\/models\/[^/]+:(batchEmbedContents|embedContent)$/,
  problemOf: ({ body }) => (textsOf(body).length > 0 ? undefined : "content is not specified"),
  isStreamed: () => false,
  lastUserText: (body) => textsOf(body).at(-1) ?? "",
  reply({ path, body }, answer) {
    const embeddings = vectorsOf(answer, textsOf(body)).map((values) => ({ values }));
    return path.includes(":batch") ? { embeddings } : { embedding: embeddings[0] };
  },
  events: () => [],
};

interface Content {
  readonly content: { readonly parts: readonly { readonly text: string }[] };
}

function textsOf(body: Readonly<Record<string, unknown>>): readonly string[] {
  const contents = (body["requests"] ?? [body]) as readonly Partial<Content>[];
  return contents.flatMap(({ content }) => (content ? [content.parts.map(({ text }) => text).join("")] : []));
}

function error({ status, type = STATUSES[status] ?? "INTERNAL", message }: ApiError): unknown {
  return { error: { code: status, message, status: type } };
}

function partsOf(answer: FakeAnswer): readonly object[] {
  const text = textOf(answer);
  return [...thoughtsOf(answer), ...(text === "" ? [] : [{ text }]), ...callsOf(answer)];
}

function thoughtsOf({ reasoning }: FakeAnswer): readonly object[] {
  return reasoning === undefined ? [] : [{ text: reasoning, thought: true }];
}

function callsOf({ calls = [] }: FakeAnswer): readonly object[] {
  return calls.map(({ callId, tool, input }) => ({ functionCall: { id: callId, name: tool, args: input } }));
}

function eventsOf(path: string, answer: FakeAnswer): readonly FakeEvent[] {
  const pieces = [...thoughtsOf(answer), ...piecesOf(answer).map((text) => ({ text })), ...callsOf(answer)];
  return [...pieces.map((part) => ({ data: chunkOf(path, [part]) })), { data: chunkOf(path, [{ text: "" }], answer) }];
}

/** With the answer, the last one. */
function chunkOf(path: string, parts: readonly object[], answer?: FakeAnswer): object {
  const content = { role: "model", parts };
  return {
    candidates: [{ index: 0, content, ...(answer ? { finishReason: finishReasonOf(answer) } : {}) }],
    ...(answer ? { usageMetadata: tokensOf(answer) } : {}),
    modelVersion: `${/\/models\/([^/:]+)/.exec(path)?.[1] ?? ""}-001`,
    responseId: "r-1",
  };
}

function finishReasonOf({ end }: FakeAnswer): string {
  if (end === undefined) return "STOP";
  return end === "length" ? "MAX_TOKENS" : "SAFETY";
}

function tokensOf(answer: FakeAnswer): object {
  const { input, cached, output, reasoning } = usageOf(answer);
  return {
    promptTokenCount: input,
    cachedContentTokenCount: cached,
    candidatesTokenCount: output - reasoning,
    thoughtsTokenCount: reasoning,
    totalTokenCount: input + output,
  };
}
