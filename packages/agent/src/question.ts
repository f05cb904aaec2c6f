import type { InputChoice } from "@dad/protocol";
import type { z } from "zod";

/** What somebody may choose: a value, or one with a label for people. */
export type Choice<Value> = Value | (Omit<InputChoice, "value"> & { readonly value: Value });

/** The values of a list, or the one value. */
type Chosen<Value> = Value extends readonly (infer Item)[] ? Item : Value;

/** What a node asks somebody. */
export interface Question<Schema extends z.ZodType = z.ZodType> {
  /** Unique within the node: letters, digits, `_` and `-`. */
  readonly key: string;
  /** What an answer has to fit. It has to be describable as a JSON Schema, so that it can be asked in another process. */
  readonly schema: Schema;
  readonly prompt: string;
  /** The values to choose from; of a list, any number of them. Default: what the schema allows. */
  readonly choices?: readonly Choice<Chosen<z.input<Schema>>>[];
  /** How a text is asked for. `secret`: neither shown nor recorded, so it is asked again after a resume. Default: `text`. */
  readonly as?: "text" | "editor" | "secret";
  /** How long it may be answered: milliseconds, or `90s`, `30m`, `12h`, `7d`. Default: without end. */
  readonly expiresIn?: number | string;
  /**
   * What happens when nobody has answered in time. `fail` (the default) throws `INPUT_EXPIRED`; `deny` answers `false`; `default`
   * answers this; `wait` tells it (`input.expired`), and goes on to wait.
   */
  readonly onTimeout?: "fail" | "deny" | "wait" | { readonly default: z.input<Schema> };
}
