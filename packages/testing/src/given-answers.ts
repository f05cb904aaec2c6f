import type { InputHandler } from "@dad/events";
import type { InputRequest, Json } from "@dad/protocol";

/** What somebody answers; `undefined` is no answer, so that the run waits. */
export type GivenAnswer = Json | ((request: InputRequest) => Json | undefined | Promise<Json | undefined>);

/** By request (`flow.node:key`), or by key. */
export type GivenAnswers = Readonly<Record<string, GivenAnswer>>;

/** Answers what the test answers. What does not fit is a mistake of the test. */
export function answering(answers: GivenAnswers): InputHandler {
  return (request) => {
    const name = [request.id, request.key].find((given) => Object.hasOwn(answers, given));
    const given = name === undefined ? undefined : answers[name];
    return typeof given === "function" ? given(request) : given;
  };
}
