import { type Json, messageOf, type NodePath, nodeDirectory, RelativePath } from "@dad/protocol";
import { type ArtifactFormat, endingOfType, formatOf, rulesOf } from "./artifact-format.ts";
import { ArtifactRefusedError } from "./errors.ts";

export interface ArtifactToKeep {
  /** Unique within its node. It becomes the file name; without an ending it gets the one of its media type. */
  readonly name: string;
  readonly data: Json | Uint8Array;
  /** Whose it is. Without one it is the run's own. */
  readonly node?: NodePath;
  /** Where its file lies, below the run directory. Default: the directory of its node; for a run's own, `files`. */
  readonly directory?: string;
  /** The whole path of its file below the run directory, in the place of `directory` and what `name` gives. */
  readonly path?: string;
  /** `false`: it is kept, and no file shows it. Default `true`. */
  readonly shown?: boolean;
  /** Default: `binary` for bytes, `text` for a string, else `json`. */
  readonly format?: ArtifactFormat;
  /** Default: that of the format. */
  readonly mediaType?: string;
}

export interface EncodedArtifact {
  readonly bytes: string | Uint8Array;
  readonly mediaType: string;
  readonly path: RelativePath;
  readonly shown?: boolean | undefined;
}

/** The bytes of an artifact and where people find them. @throws ArtifactRefusedError (`ARTIFACT_REFUSED`). */
export function encodeArtifact(artifact: ArtifactToKeep): EncodedArtifact {
  const { name, node, data, shown } = artifact;
  try {
    const rules = rulesOf(artifact.format ?? formatOf(data));
    const mediaType = artifact.mediaType ?? rules.mediaType;
    return { bytes: rules.encode(data), mediaType, path: pathOf(artifact, mediaType), shown };
  } catch (cause) {
    if (cause instanceof ArtifactRefusedError) throw cause;
    throw new ArtifactRefusedError({ name, node }, messageOf(cause), { cause });
  }
}

/** As many characters as a reader of the journal takes. */
const LONGEST_NAME = 255;

function pathOf(artifact: ArtifactToKeep, mediaType: string): RelativePath {
  const { name, node } = artifact;
  const refuse = (reason: string) => new ArtifactRefusedError({ name, node }, reason);
  if (name.length > LONGEST_NAME) throw refuse(`a name has at most ${LONGEST_NAME} characters`);
  // The name by itself, too: an ending would hide what is wrong with it.
  const wrong = RelativePath.safeParse(name).error?.issues[0]?.message;
  if (wrong !== undefined) throw refuse(wrong);
  const path = artifact.path ?? `${directoryOf(artifact)}/${fileOf(name, mediaType)}`;
  const refusal = placeRefusal(path, { ownFiles: node === undefined });
  if (refusal !== undefined) throw refuse(refusal);
  // What is refused is all that is no such path, too.
  return path as RelativePath;
}

function directoryOf({ directory, node }: ArtifactToKeep): string {
  return directory ?? (node === undefined ? OF_THE_RUN : nodeDirectory(node));
}

function fileOf(name: string, mediaType: string): string {
  return /\.[A-Za-z0-9]+$/.test(name) ? name : `${name}${endingOfType(mediaType)}`;
}

/** Where what the run itself was given to keep lies. */
const OF_THE_RUN = "files";
/** What the run itself writes beside the directories of its elements. Hidden names are its traces and its drafts. */
const RESERVED = /^(run\.json|journal\..*|static_inputs|workspace|\..*)$/iu;

/** Why nothing of a node (`ownFiles`: of the run itself) can lie at some path below the run directory; `undefined` where it can. */
export function placeRefusal(path: string, { ownFiles = false }: { readonly ownFiles?: boolean } = {}): string | undefined {
  const problem = RelativePath.safeParse(path).error?.issues[0]?.message;
  if (problem !== undefined) return `${JSON.stringify(path)} is no place for it: ${problem}`;
  const [top = ""] = path.split("/");
  const reserved = RESERVED.test(top) || (top.toLowerCase() === OF_THE_RUN) !== ownFiles;
  if (!reserved) return undefined;
  return ownFiles ? `what belongs to the run itself lies below ${OF_THE_RUN}` : `${JSON.stringify(path)} is kept for the run itself`;
}
