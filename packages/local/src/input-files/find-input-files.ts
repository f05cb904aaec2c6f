import { createHash } from "node:crypto";
import { type ArtifactStore, INLINE_LIMIT_BYTES, inlineContent } from "@dad/artifacts";
import { type ArtifactEntry, type Descriptor, digestOfHex, messageOf, RelativePath } from "@dad/protocol";
import { INPUT_DIRECTORY, redactedName } from "@dad/run-context";
import type { Redactor } from "@dad/secrets";
import { InputFilesError } from "./errors.ts";
import { clashesOf, type FoundFile, INPUT_LIMITS, lookAtFiles, placeOf, STATIC_INPUTS } from "./look-at-files.ts";
import { mediaTypeOf } from "./media-type.ts";

export interface InputFilesOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface KeepInputFilesOptions extends InputFilesOptions {
  /** Takes secrets out of what they hold and what they are called. The same for `digested` and `keep`. */
  readonly redactor?: Redactor | undefined;
}

/** Files that a run is to be given. */
export interface InputFiles {
  /** What is called `static_inputs.json` in the directories themselves: values by path, for whoever gives them as such. */
  readonly staticInputs: readonly { readonly file: string; readonly content: Uint8Array }[];
  /** Their entries, in the order of their paths. Nothing is kept: of larger ones only the digest is known. */
  digested(options?: KeepInputFilesOptions): Promise<readonly ArtifactEntry[]>;
  /**
   * The same, once what they hold is kept.
   *
   * @throws InputFilesError (`INPUT_FILES_REFUSED`) when one is not what `digested` found; `ARTIFACT_STORAGE_FAILED`.
   */
  keep(artifacts: ArtifactStore, options?: KeepInputFilesOptions): Promise<readonly ArtifactEntry[]>;
}

/** Of all small files together: they are in the first entry of the journal. */
const INLINE_BYTES = 262_144;
const STATIC_INPUTS_BYTES = 67_108_864;

/**
 * Looks at all files below directories. Links, sockets, pipes and devices are refused, and files with several names. At most 2,000
 * entries, 1 GiB and 32 levels in each. Directories without files, permissions and times are no part of what a run is given.
 *
 * @throws InputFilesError (`INPUT_FILES_REFUSED`) with all that is wrong.
 */
export async function findInputFiles(directories: readonly string[], { signal }: InputFilesOptions = {}): Promise<InputFiles> {
  const found = await Promise.all(directories.map((directory) => lookAtFiles(directory, signal)));
  const all = found.flatMap(({ files }) => files);
  const problems = [...found.flatMap((one) => one.problems), ...clashesOf(all)];
  if (problems.length > 0) throw new InputFilesError(problems);
  const files = all.filter(({ path }) => path !== STATIC_INPUTS).toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const values = all.filter(({ path }) => path === STATIC_INPUTS);
  let known: readonly ArtifactEntry[] | undefined;
  return {
    staticInputs: await Promise.all(
      values.map(async (file) => ({ file: placeOf(file), content: await contentOf(file, { limitBytes: STATIC_INPUTS_BYTES, signal }) })),
    ),
    async digested(options = {}) {
      known ??= await entriesOf(files, { ...options, large: digestOf });
      return known;
    },
    async keep(artifacts, options = {}) {
      const entries = await entriesOf(files, {
        ...options,
        large: (body, mediaType) => artifacts.put(body, { mediaType, ...(options.signal ? { signal: options.signal } : {}) }),
      });
      const changed = known && entries.flatMap(({ digest }, at) => (digest === known?.[at]?.digest ? [] : files.slice(at, at + 1)));
      if (changed && changed.length > 0)
        throw new InputFilesError(changed.map((file) => `${placeOf(file)}: it was changed while it was looked at: try again`));
      return entries;
    },
  };
}

interface Keeping extends KeepInputFilesOptions {
  readonly large: (body: AsyncIterable<Uint8Array>, mediaType: string) => Promise<Descriptor>;
}

/** One after the other: a disk is not faster when many are read at once, and what they hold need not all be in memory. */
async function entriesOf(files: readonly FoundFile[], { large, redactor, signal }: Keeping): Promise<readonly ArtifactEntry[]> {
  const entries: ArtifactEntry[] = [];
  let inline = 0;
  for (const file of files) {
    signal?.throwIfAborted();
    const mediaType = mediaTypeOf(file.path);
    const name = redactor ? redactedName(file.path, redactor) : file.path;
    const small = await smallContent(file, { redactor, signal, limitBytes: Math.min(INLINE_LIMIT_BYTES, INLINE_BYTES - inline) });
    inline += small?.byteLength ?? 0;
    const content = small
      ? inlineContent(small, mediaType)
      : await large(redactor ? withoutSecrets(piecesOf(file, signal), redactor) : piecesOf(file, signal), mediaType);
    entries.push({ ...content, name, path: RelativePath.parse(`${INPUT_DIRECTORY}/${name}`) });
  }
  return entries;
}

interface Small extends KeepInputFilesOptions {
  readonly limitBytes: number;
}

/** `undefined` of what is larger, also when only marks in the place of secrets make it that. */
async function smallContent(file: FoundFile, { limitBytes, redactor, signal }: Small): Promise<Uint8Array | undefined> {
  if (file.size > limitBytes) return undefined;
  const content = await contentOf(file, { limitBytes, signal });
  const kept = redactor ? redactor.bytes(content) : content;
  return kept.byteLength > limitBytes ? undefined : kept;
}

async function* withoutSecrets(pieces: AsyncIterable<Uint8Array>, redactor: Redactor): AsyncGenerator<Uint8Array, void> {
  const stream = redactor.byteStream();
  for await (const piece of pieces) {
    const told = stream.push(piece);
    if (told.byteLength > 0) yield told;
  }
  yield stream.end();
}

async function contentOf(file: FoundFile, options: { readonly limitBytes: number; readonly signal: AbortSignal | undefined }): Promise<Uint8Array> {
  const { directory, path } = file;
  const read = await directory.read(path, options);
  if (!read) throw gone(file);
  return read.content;
}

async function* piecesOf(found: FoundFile, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void> {
  await using file = await found.directory.open(found.path, { signal });
  if (!file) throw gone(found);
  try {
    yield* file.pieces({ limitBytes: INPUT_LIMITS.bytes, signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw cause instanceof InputFilesError ? cause : new InputFilesError([`${placeOf(found)}: ${messageOf(cause)}`], { cause });
  }
}

function gone(file: FoundFile): InputFilesError {
  return new InputFilesError([`${placeOf(file)}: it was there, and is no more: try again`]);
}

async function digestOf(body: AsyncIterable<Uint8Array>, mediaType: string): Promise<Descriptor> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const piece of body) {
    hash.update(piece);
    size += piece.byteLength;
  }
  return { mediaType, digest: digestOfHex(hash.digest("hex")), size };
}
