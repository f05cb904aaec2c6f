import type { ModelPrice } from "@dad/resources";
import type { Redactor } from "@dad/secrets";

/** The model that is asked, for errors and costs. */
export interface AskedModel {
  readonly provider: string;
  readonly modelId: string;
  readonly price: ModelPrice | undefined;
  /** Knows the secrets that the provider was given: some send them back when they do not like them. */
  readonly redactor: Redactor | undefined;
}

/** A text of a provider, without the secrets that it was given. */
export function withoutSecrets(text: string, { redactor }: Pick<AskedModel, "redactor">): string {
  return redactor ? redactor.text(text) : text;
}
