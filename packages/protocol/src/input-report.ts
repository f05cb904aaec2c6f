import { z } from "zod";
import { RunId } from "./id.ts";
import { AnsweredBy, InputId, InputRequest } from "./input-request.ts";
import { Json } from "./json.ts";
import { RunStatus } from "./run.ts";

/** An answer that lies in the inbox of a run, which has not taken it yet. */
const PostedAnswer = z.looseObject({ value: Json, by: AnsweredBy });

/** Something that a run asks, and has no answer to yet. */
export const OpenInput = z.looseObject({
  runId: RunId,
  /** `waiting`: nothing in the run goes on before somebody answers. `running`: something else still does. */
  status: RunStatus,
  request: InputRequest,
  /** Somebody has answered: the run takes it as soon as somebody works on it. */
  answer: PostedAnswer.optional(),
});
export type OpenInput = z.infer<typeof OpenInput>;

/** An answer to what the run has not asked yet. It is kept until then. */
export const EarlyAnswer = z.looseObject({ runId: RunId, request: InputId, answer: PostedAnswer });
export type EarlyAnswer = z.infer<typeof EarlyAnswer>;

/** What `dad inputs --json` prints: what runs wait for. */
export const InputsReport = z.looseObject({
  format: z.literal("dad.inputs/1"),
  /** In the order in which it was asked, run by run. */
  inputs: z.array(OpenInput),
  early: z.array(EarlyAnswer),
});
export type InputsReport = z.infer<typeof InputsReport>;

/** What `dad answer --json` prints: an answer that was posted. Whether it is taken, the run says when it goes on. */
export const AnswerReport = z.looseObject({
  format: z.literal("dad.answer/1"),
  runId: RunId,
  /** Of the run, when the answer was posted. */
  status: RunStatus,
  request: InputId,
  /** `false`: the run has not asked this yet, so that nobody knows whether the answer fits. */
  asked: z.boolean(),
  value: Json,
  by: AnsweredBy,
});
export type AnswerReport = z.infer<typeof AnswerReport>;

/** What `dad signal --json` prints: something that was posted to a run, which records it as `custom.emitted`. */
export const SignalReport = z.looseObject({
  format: z.literal("dad.signal/1"),
  runId: RunId,
  /** Of the run, when it was posted. */
  status: RunStatus,
  /** As the event names it. */
  message: z.string().min(1),
  name: z.string().min(1),
  data: Json,
  by: AnsweredBy,
});
export type SignalReport = z.infer<typeof SignalReport>;
