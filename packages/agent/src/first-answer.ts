import type { z } from "zod";
import type { NodeContext } from "./node-context.ts";
import type { Question } from "./question.ts";

/** A question whose key is its name. */
export type NamedQuestion<Schema extends z.ZodType = z.ZodType> = Omit<Question<Schema>, "key">;

/** The question that was answered first, and what. */
export type FirstAnswer<Questions extends Readonly<Record<string, NamedQuestion>>> = {
  readonly [Key in keyof Questions & string]: { readonly key: Key; readonly value: z.output<Questions[Key]["schema"]> };
}[keyof Questions & string];

/**
 * Asks several questions at once, and gives the first that is answered: the others need no answer any more. Which one it was is a
 * step, so that it is the same whenever the node is executed again, also when another one was answered by then. For all of them,
 * there is `Promise.all`.
 *
 * @throws what the first one asked throws, when none of them can be answered any more; TypeError for no question.
 */
export async function firstAnswer<const Questions extends Readonly<Record<string, NamedQuestion>>>(
  { input, step }: Pick<NodeContext, "input" | "step">,
  questions: Questions,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<FirstAnswer<Questions>> {
  const asked = Object.entries(questions).map(([key, question]): Question => ({ ...question, key }));
  if (asked.length === 0) throw new TypeError("firstAnswer was given no question: give it one, or more");
  const key = await step(`the first answer of ${Object.keys(questions).sort().join(", ")}`, () => firstOf(input, asked, signal));
  // It is on record, and so it is given again.
  const value = await input({ ...questions[key], key } as Question, signal ? { signal } : {});
  return { key, value } as FirstAnswer<Questions>;
}

async function firstOf(input: NodeContext["input"], questions: readonly Question[], signal: AbortSignal | undefined): Promise<string> {
  const unwanted = new AbortController();
  const either = signal ? AbortSignal.any([signal, unwanted.signal]) : unwanted.signal;
  const answers = questions.map(async (question) => {
    await input(question, { signal: either });
    return question.key;
  });
  try {
    return await Promise.any(answers);
  } catch (error) {
    throw (error as AggregateError).errors[0];
  } finally {
    unwanted.abort();
    // What becomes of the others is on record before anything follows from the first.
    await Promise.allSettled(answers);
  }
}
