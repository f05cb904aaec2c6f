import { z } from "zod";
import { Digest } from "./digest.ts";
import { NodePath, RunId } from "./id.ts";
import { Json } from "./json.ts";

const KEY = "[A-Za-z0-9_][A-Za-z0-9_-]{0,99}";

/** What a node calls a question. Within one node, each has a key of its own. */
export const InputKey = z
  .string()
  .regex(new RegExp(`^${KEY}$`), "a key has letters, digits, _ and -, at most 100 of them, and does not begin with -")
  .brand<"InputKey">();
export type InputKey = z.infer<typeof InputKey>;

/**
 * Names a request for input within a run: `<path>:<key>`. When a node asks another question under the same key, because what it
 * asks was made anew, that is `<path>:<key>@2`, and so on: an answer is never taken for that to another question.
 */
export const InputId = z
  .string()
  .regex(new RegExp(`^[A-Za-z_][A-Za-z0-9_.-]{0,1023}:${KEY}(@[1-9][0-9]{0,5})?$`), "a request for input is called <node path>:<key>")
  .brand<"InputId">();
export type InputId = z.infer<typeof InputId>;

/** One of the values that somebody may choose. */
export const InputChoice = z.looseObject({ value: Json, label: z.string().min(1), hint: z.string().optional() });
export type InputChoice = z.infer<typeof InputChoice>;

/** What happens when nobody has answered in time. `deny` answers `false`. `wait`: it is told, and goes on to wait. */
export const InputTimeout = z.enum(["fail", "deny", "default", "wait"]);
export type InputTimeout = z.infer<typeof InputTimeout>;

/** What somebody is asked, with all that is needed to ask it in another process. */
export const InputRequest = z.looseObject({
  id: InputId,
  /** Who asks: a node, or a component that needs values for its variables. */
  path: NodePath,
  key: InputKey,
  prompt: z.string().min(1),
  /** What an answer has to fit, as a JSON Schema (2020-12). What that cannot say is checked when the answer is taken. */
  schema: z.record(z.string(), Json),
  /** Of a list of values, any number of them is chosen. */
  choices: z.array(InputChoice).min(1).optional(),
  /** How a text is asked for. `secret`: it is not shown, and not recorded. */
  as: z.enum(["text", "editor", "secret"]).optional(),
  /** Until when it may be answered, by the wall clock. */
  expiresAt: z.iso.datetime().optional(),
  onTimeout: InputTimeout.optional(),
  /** Names what is asked: the same for the same prompt, schema and choices. An answer is for that, and for nothing else. */
  question: Digest,
});
export type InputRequest = z.infer<typeof InputRequest>;

/** Who answered, when and how. */
export const AnsweredBy = z.looseObject({
  /** `static`, `handler`, `terminal`, `cli`, `timeout`, `rerun`, or what another adapter calls itself. */
  channel: z.string().min(1),
  /** As the operating system, or whoever checked it, calls this person. */
  who: z.string().optional(),
  at: z.iso.datetime(),
  comment: z.string().optional(),
});
export type AnsweredBy = z.infer<typeof AnsweredBy>;

const message = {
  format: z.literal("dad.inbox/1"),
  /** Of this message. What is sent twice under one id is taken once. */
  id: z.string().min(1),
  runId: RunId,
  by: AnsweredBy,
};

/** What another process has for a run: an answer to a request, or something that happened. */
export const InboxMessage = z.discriminatedUnion("kind", [
  z.looseObject({ ...message, kind: z.literal("answer"), request: InputId, value: Json }),
  z.looseObject({ ...message, kind: z.literal("signal"), name: z.string().min(1), data: Json }),
]);
export type InboxMessage = z.infer<typeof InboxMessage>;
export type InboxAnswer = Extract<InboxMessage, { readonly kind: "answer" }>;
export type InboxSignal = Extract<InboxMessage, { readonly kind: "signal" }>;
