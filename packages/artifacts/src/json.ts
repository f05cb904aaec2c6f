import { canonicalJson, type Descriptor } from "@dad/protocol";
import type { ArtifactStore, PutOptions } from "./artifact-store.ts";
import { ArtifactInvalidError } from "./errors.ts";
import { type ArtifactSource, type ContentRef, type ReadOptions, readText } from "./read.ts";

/** What checks a value that was read. Every zod schema is one. */
export interface Schema<T> {
  parse(value: unknown): T;
}

/**
 * Stores a JSON value as its canonical text, so that equal values are stored once.
 *
 * Throws a `TypeError`, naming the place, for what JSON cannot carry.
 */
export async function putJson(store: Pick<ArtifactStore, "put">, value: unknown, options: PutOptions = {}): Promise<Descriptor> {
  return store.put(canonicalJson(value), { mediaType: "application/json", ...options });
}

/** How to read JSON, when there is more to say than its schema. */
export interface ReadJsonOptions<T> extends ReadOptions {
  readonly schema: Schema<T>;
}

/**
 * A JSON value that was stored, checked by its schema.
 *
 * Errors: as {@link readText}, and `ARTIFACT_INVALID` when it is not JSON or not what the schema says.
 */
export async function readJson<T>(source: ArtifactSource, ref: ContentRef, how: Schema<T> | ReadJsonOptions<T>): Promise<T> {
  const { schema, ...options } = "schema" in how ? how : { schema: how };
  const text = await readText(source, ref, options);
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ArtifactInvalidError(typeof ref === "string" ? ref : ref.digest, "the JSON that was expected", cause);
  }
}
