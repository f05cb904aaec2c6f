import type { ArtifactEntry, Digest, ErrorEnvelope, NodeFingerprint, Usage } from "@dad/protocol";
import { HOSTILE_TEXTS, MARKDOWN } from "./contents.ts";
import { addSpan, keep, type Kept, node, type Recorder } from "./recorder.ts";

/** What makes one report other than another one. */
export interface Story {
  /** The last node never ends: the run goes on, or was killed. */
  readonly goesOn: boolean;
  /** Texts that do harm where they are taken for more. */
  readonly hostile: boolean;
  /** Another wording, so that two runs differ. */
  readonly tone: string;
  /** Iterations of the loop. */
  readonly sources: number;
}

export interface Part {
  readonly story: Story;
  readonly parent: string;
  readonly start: number;
}

export const usage = (inputTokens: number, outputTokens: number): Usage => ({
  calls: 1,
  inputTokens,
  outputTokens,
  cachedInputTokens: Math.floor(inputTokens / 2),
  reasoningTokens: Math.floor(outputTokens / 3),
  costUsd: (inputTokens * 3 + outputTokens * 15) / 1e6,
});

const LIMITED: ErrorEnvelope = {
  code: "MODEL_RATE_LIMITED",
  message: "large-1 answers nobody for 2 seconds: 429 Too Many Requests",
  retryable: true,
  details: { model: "large-1", status: 429, retryAfterMs: 2_000 },
};

export function fingerprint(made: Recorder, type: string): NodeFingerprint {
  const digest = () => `sha256:${made.chance.hex(64)}` as Digest;
  return {
    digest: digest(),
    code: { type, version: "3", source: digest() },
    resources: { "model.large": { provider: "anthropic", modelId: "large-1" } },
    workspace: made.chance.hex(40),
  };
}

/** Asks a model that calls a tool. Of the second iteration, the first attempt fails. */
export function chat(made: Recorder, { path, story, parent, start, index }: Part & { readonly path: string; readonly index: number }): number {
  const fails = index === 1;
  const began = fails ? start + 2_900 : start;
  const took = made.chance.between(700, 2_100);
  const first = {
    start,
    end: start + 900,
    status: "failed" as const,
    error: LIMITED,
    artifacts: [conversation(made, path, { story, index })[0] as ArtifactEntry],
  };
  const last = {
    start: began,
    end: began + took,
    effect: "idempotent" as const,
    artifacts: conversation(made, path, { story, index }),
    usage: usage(made.chance.between(900, 4_000), made.chance.between(60, 700)),
    fingerprint: fingerprint(made, "ai_model"),
    reads: ["writer.brief"] as never,
    steps: [
      { name: "reply 1", end: began + 400, durationMs: 390, usage: usage(500, 40) },
      { name: "tool 1.1 look_up", end: began + 470, durationMs: 66 },
    ],
    inside: (spanId: string) => chatSpans(made, { path, parent: spanId, start: began, took }),
  };
  return node(made, { path, nodeType: "ai_model", parentSpanId: parent, attempts: fails ? [first, last] : [last] }) ?? start;
}

function chatSpans(
  made: Recorder,
  { path, parent, start, took }: { readonly path: string; readonly parent: string; readonly start: number; readonly took: number },
): void {
  const model = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "large-1",
    "gen_ai.usage.input_tokens": 1_234,
    "gen_ai.usage.output_tokens": 321,
  };
  addSpan(made, { name: "chat large-1", kind: 3, start: start + 10, end: start + 400, parentSpanId: parent, path, attributes: model });
  addSpan(made, {
    name: "execute_tool look_up",
    start: start + 404,
    end: start + 470,
    parentSpanId: parent,
    path,
    attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "look_up" },
  });
  addSpan(made, {
    name: "chat large-1",
    kind: 3,
    start: start + 475,
    end: start + took - 5,
    parentSpanId: parent,
    path,
    attributes: model,
    events: [{ time: start + 600, name: "dad.model.retried", attributes: { delayMs: 50 } }],
  });
}

/** As a node of the type `ai_model` keeps what it asked and was told. */
function conversation(made: Recorder, path: string, { story, index }: { readonly story: Story; readonly index: number }): ArtifactEntry[] {
  const said = story.hostile
    ? (HOSTILE_TEXTS[index % HOSTILE_TEXTS.length] ?? "")
    : `High tide number ${index + 1} is at ${6 + index}:${10 + index}.`;
  const call = { type: "tool-call", callId: "call_1", tool: "look_up", input: { place: "Brest", day: index + 1, note: said } };
  const request = {
    system: `You know all tides. Your tone is ${story.tone}.`,
    messages: [
      { role: "user", content: "A blurb for a book on tides" },
      { role: "assistant", content: "It comes and it goes." },
      {
        role: "user",
        content: [
          { type: "text", text: `${said}\n\n## The plan\n\n${MARKDOWN}` },
          { type: "file", mediaType: "image/png", name: "chart.png", digest: `sha256:${"0".repeat(64)}`, size: 112 },
        ],
      },
    ],
    tools: [{ name: "look_up", description: "Looks up a tide.", inputSchema: { type: "object", properties: { place: { type: "string" } } } }],
    settings: { temperature: 0.2, reasoningEffort: "low" },
  };
  const used = usage(1_234, 321);
  const contents: [string, Kept][] = [
    ["input", { json: { settings: { model: "large", prompt: said }, static: null } }],
    ["state", { json: { model: { alias: "large", provider: "anthropic", modelId: "large-1" }, request } }],
    [
      "steps/1/reply",
      {
        json: {
          text: "",
          content: [{ type: "reasoning", text: "I should look that up." }, call],
          finishReason: "tool-calls",
          usage: used,
          modelId: "large-1-20261001",
        },
      },
    ],
    [
      "steps/1/results",
      { json: [{ type: "tool-result", callId: "call_1", tool: "look_up", result: { high: "06:12", metres: 6.1, said }, failed: index === 2 }] },
    ],
    [
      "reply",
      {
        json: {
          text: `${said} (${story.tone})`,
          finishReason: "stop",
          usage: used,
          modelId: "large-1-20261001",
          warnings: ["seed is not supported"],
        },
      },
    ],
    ["outcome", { text: `${said} (${story.tone})`, mediaType: "text/plain" }],
  ];
  return contents.map(([name, content]) => keep(made, path, { name, content }));
}
