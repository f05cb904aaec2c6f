import { DadError, type Digest } from "@dad/protocol";

/** `ARTIFACT_DAMAGED`: stored bytes are not the ones that were put. */
export class ArtifactIntegrityError extends DadError<"ARTIFACT_DAMAGED"> {
  constructor(digest: Digest, found: { readonly size: number; readonly digest?: Digest }, expectedSize?: number) {
    const what = found.digest ? `its content has the digest ${found.digest}` : `it has ${found.size} bytes, expected ${expectedSize}`;
    super("ARTIFACT_DAMAGED", `artifact ${digest} is damaged: ${what}`, { details: { artifact: digest, found: { ...found } } });
  }
}

/** `ARTIFACT_MISSING`: something refers to content that the store does not have. */
export class ArtifactMissingError extends DadError<"ARTIFACT_MISSING"> {
  constructor(digest: Digest, name?: string) {
    const label = name === undefined ? "" : ` (${name})`;
    super("ARTIFACT_MISSING", `artifact ${digest}${label} is not in the store`, { details: { artifact: digest } });
  }
}
