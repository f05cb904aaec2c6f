import { assertJson } from "@dad/protocol";
import type { Redactor } from "@dad/secrets";
import type { ArtifactToKeep } from "./artifact-to-keep.ts";

/** What is to be kept, without secrets: before it is encoded, since a format may write a text so that nobody finds it in there. */
export function redactedArtifact(artifact: ArtifactToKeep, redactor: Redactor | undefined): ArtifactToKeep {
  if (redactor === undefined || redactor.secrets.length === 0) return artifact;
  const { name, data, directory, path, mediaType } = artifact;
  // For the encoder to refuse, as it is.
  if (!(data instanceof Uint8Array) && !isJson(data)) return artifact;
  return {
    ...artifact,
    name: redactedName(name, redactor),
    data: data instanceof Uint8Array ? redactor.bytes(data) : redactor.json(data),
    ...(directory === undefined ? {} : { directory: redactedName(directory, redactor) }),
    ...(mediaType === undefined ? {} : { mediaType: redactedName(mediaType, redactor) }),
    ...(path === undefined ? {} : { path: redactedName(path, redactor) }),
  };
}

/** A name of files, or of a type of content: in the place of a secret is what every file system takes. */
export function redactedName<Name extends string>(name: Name, redactor: Redactor): Name {
  const redacted = redactor.text(name);
  if (redacted === name) return name;
  return redacted.replaceAll(
    /\[secret ([^\]]*)\]/g,
    (_mark, reference: string) => `secret-${reference.replaceAll(/[^A-Za-z0-9._-]+/g, "-")}`,
  ) as Name;
}

export function isJson(value: unknown): boolean {
  try {
    assertJson(value);
    return true;
  } catch {
    return false;
  }
}
