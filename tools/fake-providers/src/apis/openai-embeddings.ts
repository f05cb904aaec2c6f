import { type Api, usageOf, vectorsOf } from "../api.ts";
import { openai } from "./openai.ts";

/** https://platform.openai.com/docs/api-reference/embeddings */
export const openaiEmbeddings: Api = {
  ...openai,
  name: "openai.embeddings",
  path: /\/embeddings$/,
  problemOf({ body: { model, input } }) {
    const texts = Array.isArray(input) && input.length > 0 && input.every((text) => typeof text === "string" && text !== "");
    return typeof model === "string" && texts ? undefined : "'input' must be a list of texts, none of which is empty";
  },
  isStreamed: () => false,
  lastUserText: ({ input }) => (input as readonly string[]).at(-1) ?? "",
  reply({ body: { model, input } }, answer) {
    const data = vectorsOf(answer, input as readonly string[]).map((embedding, index) => ({ object: "embedding", index, embedding }));
    const { input: tokens } = usageOf(answer);
    return { object: "list", data, model: `${String(model)}-2026-10-01`, usage: { prompt_tokens: tokens, total_tokens: tokens } };
  },
  events: () => [],
  overload: { data: {} },
};
