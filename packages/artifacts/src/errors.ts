import { DadError, type Digest } from "@dad/protocol";

/** What of a stored content is wrong. */
export interface ArtifactDamage {
  /** Completes "artifact … is damaged: …". */
  readonly reason: string;
  readonly expectedSize?: number;
  readonly foundSize?: number;
  readonly foundDigest?: Digest;
}

/** `ARTIFACT_DAMAGED`: stored bytes are not the ones that were put. */
export class ArtifactIntegrityError extends DadError<"ARTIFACT_DAMAGED"> {
  constructor(digest: Digest, damage: ArtifactDamage) {
    const { reason, ...found } = damage;
    super("ARTIFACT_DAMAGED", `artifact ${digest} is damaged: ${reason}`, { details: { artifact: digest, ...found } });
  }
}

/** `ARTIFACT_MISSING`: something refers to content that the store does not have. */
export class ArtifactMissingError extends DadError<"ARTIFACT_MISSING"> {
  constructor(digest: Digest, name?: string) {
    const label = name === undefined ? "" : ` (${name})`;
    super("ARTIFACT_MISSING", `artifact ${digest}${label} is not in the store`, { details: { artifact: digest } });
  }
}

/** `ARTIFACT_TOO_LARGE`: content has more bytes than the reader allows. Nothing of it was read. */
export class ArtifactTooLargeError extends DadError<"ARTIFACT_TOO_LARGE"> {
  constructor(digest: Digest, size: number, limitBytes: number) {
    super("ARTIFACT_TOO_LARGE", `artifact ${digest} has ${size} bytes, and at most ${limitBytes} may be read at once: read its body piece by piece`, {
      details: { artifact: digest, size, limitBytes },
    });
  }
}

/** `ARTIFACT_INVALID`: the bytes are the ones that were put, but not the text or JSON that the reader expects. */
export class ArtifactInvalidError extends DadError<"ARTIFACT_INVALID"> {
  constructor(digest: Digest, expected: string, cause: unknown) {
    super("ARTIFACT_INVALID", `artifact ${digest} is not ${expected}: ${messageOf(cause)}`, { cause, details: { artifact: digest } });
  }
}

/**
 * `ARTIFACT_STORAGE_FAILED`: the storage refused an operation (no space, no permission, a broken device).
 * After a failed `sync` a store takes no more content, because nobody knows what of it is durable.
 */
export class ArtifactStorageError extends DadError<"ARTIFACT_STORAGE_FAILED"> {
  constructor(operation: string, path: string, cause: unknown) {
    super("ARTIFACT_STORAGE_FAILED", `cannot ${operation} ${path}: ${messageOf(cause)}`, { cause, details: { operation, path } });
  }
}

/** `ARTIFACT_PATH_REFUSED`: a path of a view leads out of its root, through a link that somebody put there. */
export class ArtifactPathError extends DadError<"ARTIFACT_PATH_REFUSED"> {
  constructor(path: string, place: { readonly root: string; readonly leadsTo: string }) {
    super("ARTIFACT_PATH_REFUSED", `${path} is not written: it leads to ${place.leadsTo}, outside of ${place.root}; remove the link`, {
      details: { path, ...place },
    });
  }
}

/** `ARTIFACT_FILE_REFUSED`: a file that was to be stored is none, is too large, cannot be read, or changed meanwhile. */
export class ArtifactFileError extends DadError<"ARTIFACT_FILE_REFUSED"> {
  constructor(path: string, reason: string, cause?: unknown) {
    super("ARTIFACT_FILE_REFUSED", `cannot store ${path}: ${reason}`, { details: { path, reason }, ...(cause === undefined ? {} : { cause }) });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
