/** The names of AI SDK providers that differ from those of the OpenTelemetry GenAI conventions. */
const CONVENTIONAL: Readonly<Record<string, string>> = {
  "amazon-bedrock": "aws.bedrock",
  azure: "azure.ai.openai",
  google: "gcp.gemini",
  "google-vertex": "gcp.vertex_ai",
  "google.vertex": "gcp.vertex_ai",
  googleVertex: "gcp.vertex_ai",
  mistral: "mistral_ai",
  moonshotai: "moonshot_ai",
  vertex: "gcp.vertex_ai",
  xai: "x_ai",
};

/** `openai.responses` → `openai`, `google.generative-ai` → `gcp.gemini`; what the conventions do not name keeps its first part. */
export function providerName(aiSdkProvider: string): string {
  const [first = "", second] = aiSdkProvider.split(".");
  const names = [`${first}.${second}`, first];
  const known = names.find((name) => Object.hasOwn(CONVENTIONAL, name));
  return known === undefined ? first : (CONVENTIONAL[known] ?? first);
}
