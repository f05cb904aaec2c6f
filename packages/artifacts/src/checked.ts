import { Digest, RelativePath } from "@dad/protocol";

/** Refuses what only looks like a digest before it becomes part of a path. */
export function checkedDigest(digest: Digest): Digest {
  if (!Digest.safeParse(digest).success) throw new TypeError(`${JSON.stringify(digest)} is not a digest: sha256: and 64 lower-case hex digits`);
  return digest;
}

/** Refuses what could lead out of a root before it becomes part of a path. */
export function checkedPath(path: RelativePath): RelativePath {
  const parsed = RelativePath.safeParse(path);
  if (!parsed.success) throw new TypeError(`${JSON.stringify(path)} is not a path of a view: ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}
