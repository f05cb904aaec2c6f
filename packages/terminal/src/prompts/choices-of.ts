import type { InputRequest, Json } from "@dad/protocol";
import { isListOf } from "./answer-problems.ts";
import { resolvedSchema } from "./json-schema.ts";
import { type MenuItem, wayToAsk } from "./way-to-ask.ts";

/** The values that an answer is chosen from. */
export interface AnswerChoices {
  readonly items: readonly MenuItem<Json>[];
  /** Any number of them is one answer: a list. */
  readonly several: boolean;
}

/** The choices of a request, or the values that its schema names. `undefined` when an answer is nothing to choose. */
export function choicesOf({ schema, choices }: Pick<InputRequest, "schema" | "choices">): AnswerChoices | undefined {
  if (choices) return { items: choices, several: isListOf(schema) };
  const way = wayToAsk(resolvedSchema(schema, schema), schema);
  return way.by === "menu" || way.by === "menu-of-several" ? { items: way.items, several: way.by === "menu-of-several" } : undefined;
}
