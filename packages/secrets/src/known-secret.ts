/** A secret whose value is known in this process. */
export interface KnownSecret {
  /** Its reference, as people are told it: `env:OPENAI_API_KEY`. */
  readonly name: string;
  readonly value: string;
}
