/** What providers are called that have a name in the conventions: https://github.com/open-telemetry/semantic-conventions-genai/blob/e07f4ebacb08f56db8c4c882d117720333fbca04/model/gen-ai/registry.yaml */
const CONVENTIONAL: Readonly<Record<string, string>> = {
  "amazon-bedrock": "aws.bedrock",
  azure: "azure.ai.openai",
  bedrock: "aws.bedrock",
  gemini: "gcp.gemini",
  google: "gcp.gemini",
  "google-vertex": "gcp.vertex_ai",
  mistral: "mistral_ai",
  moonshotai: "moonshot_ai",
  vertex: "gcp.vertex_ai",
  watsonx: "ibm.watsonx.ai",
  xai: "x_ai",
};

/** The value of `gen_ai.provider.name`. Whom the conventions do not know keeps its own name. */
export function conventionalProvider(provider: string): string {
  return Object.hasOwn(CONVENTIONAL, provider) ? (CONVENTIONAL[provider] ?? provider) : provider;
}
