import { DadError, type Json } from "@dad/protocol";

/** `DEFINITION_INVALID`: a definition that cannot run. Found before anything runs. */
export class DefinitionError extends DadError<"DEFINITION_INVALID"> {
  constructor(message: string, details: Readonly<Record<string, Json>> = {}, options: { readonly cause?: unknown } = {}) {
    super("DEFINITION_INVALID", message, { ...options, details });
  }
}
