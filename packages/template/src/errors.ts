import { DadError, type Json } from "@dad/protocol";

/** Where something stands in a template. */
export interface Position {
  /** UTF-16 code units from the beginning, from 0. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** UTF-16 code units from the beginning of the line, from 1. */
  readonly column: number;
}

/**
 * `TEMPLATE_INVALID`: the text is not a template. `TEMPLATE_REFERENCE_UNKNOWN`: it mentions what is
 * not there. `TEMPLATE_VALUE_INVALID`: a value is not of the type that is needed where it stands.
 * `TEMPLATE_LIMIT_EXCEEDED`: too large, too deep or too long to work out.
 */
export type TemplateErrorCode = "TEMPLATE_INVALID" | "TEMPLATE_REFERENCE_UNKNOWN" | "TEMPLATE_VALUE_INVALID" | "TEMPLATE_LIMIT_EXCEEDED";

export interface TemplateErrorOptions {
  readonly position?: Position;
  /** Where the template stands in the value that was rendered: `operations[0].path`. */
  readonly place?: string;
  readonly details?: Readonly<Record<string, Json>>;
  readonly cause?: unknown;
}

/** A template that cannot be read or rendered. The codes are those of {@link TemplateErrorCode}. */
export class TemplateError extends DadError<TemplateErrorCode> {
  /** What is wrong, without its place. */
  readonly problem: string;
  readonly position: Position | undefined;
  readonly place: string | undefined;

  constructor(code: TemplateErrorCode, problem: string, options: TemplateErrorOptions = {}) {
    const { position, place, details, cause } = options;
    super(code, [...whereOf(position, place), problem].join(": "), {
      ...(cause === undefined ? {} : { cause }),
      details: { ...details, ...(place === undefined ? {} : { place }), ...(position ? { position: { ...position } } : {}) },
    });
    this.problem = problem;
    this.position = position;
    this.place = place;
  }

  /** The same error, with the place of its template in a larger value. */
  at(place: string): TemplateError {
    return this.with({ place, ...(this.position ? { position: this.position } : {}) });
  }

  /** The same error, with a position in its template. */
  from(position: Position): TemplateError {
    return this.with({ position });
  }

  private with(options: TemplateErrorOptions): TemplateError {
    return new TemplateError(this.code, this.problem, { details: this.details, cause: this.cause, ...options });
  }
}

function whereOf(position: Position | undefined, place: string | undefined): readonly string[] {
  const parts = [...(place ? [place] : []), ...(position ? [`line ${position.line}, column ${position.column}`] : [])];
  return parts.length > 0 ? [parts.join(", ")] : [];
}
