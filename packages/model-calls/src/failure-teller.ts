import { type Attributes, ATTRIBUTES, errorTypeOf, EVENTS, type Observability, placeOf, SEVERITIES, type Span } from "@dad/observability";
import { messageOf } from "@dad/protocol";
import type { ModelTrouble } from "@dad/resources";
import { knownAttributes } from "./known-attributes.ts";

const { exception, genAi, dad } = ATTRIBUTES;

/** Tells of each call of a provider that failed, also of those that were made again, or with another model. */
export interface FailureTeller {
  trouble(trouble: ModelTrouble): void;
  last(error: unknown): void;
  /** What the span of the whole call says of them. */
  attributes(): Attributes;
}

export interface FailureTellerOptions {
  readonly span: Span;
  readonly observability: Observability;
  /** Which model was asked first. */
  readonly model: Attributes;
}

export function failureTeller({ span, observability: { logger, capture }, model }: FailureTellerOptions): FailureTeller {
  let attempt = 1;
  let replacing: { readonly from: string; readonly by: string } | undefined;

  function tell(type: string, message: string): void {
    const asked = replacing?.by ?? model[genAi.requestModel];
    logger.emit({
      eventName: EVENTS.clientException,
      severityNumber: SEVERITIES.warn,
      severityText: "WARN",
      body: `${String(asked)} failed: ${type}`,
      attributes: knownAttributes({
        ...model,
        // As `provider/model`, which is what is known of one that is asked in the place of another.
        ...(replacing ? { [genAi.requestModel]: replacing.by, [dad.modelFallbackFrom]: replacing.from } : {}),
        [exception.type]: type,
        [exception.message]: capture?.messages ? message : undefined,
        [dad.modelAttempt]: attempt,
      }),
      context: placeOf(span),
    });
  }

  return {
    trouble(trouble) {
      tell(trouble.error.code, trouble.error.message);
      attempt += 1;
      if (trouble.type === "replaced") replacing = { from: replacing?.from ?? trouble.model, by: trouble.by };
    },
    last: (error) => tell(errorTypeOf(error), messageOf(error)),
    attributes: () => ({
      ...(attempt > 1 ? { [dad.modelAttempt]: attempt } : {}),
      ...(replacing ? { [dad.modelFallbackFrom]: replacing.from } : {}),
    }),
  };
}
