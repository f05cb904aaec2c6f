import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { digestOfHex, type Durability } from "@dad/protocol";
import type { ArtifactBody } from "../artifact-store.ts";
import { BLOCK_BYTES, blocksOf } from "../blocks.ts";
import { chunksOf, encodeText } from "../body.ts";
import { ArtifactStorageError } from "../errors.ts";
import { type AtomicFile, writeAtomically, type Written } from "./atomic-file.ts";
import { blobsDirectory, makeDirectories, makeLayout, pathOfBlob, syncLayout } from "./oci-layout.ts";
import { shared } from "./shared-work.ts";
import { openStaging, type Staging, type StorePlace } from "./staging.ts";
import { ifPresent, isSyncFailure, onDisk, syncDirectory, syncFile } from "./storage.ts";

/** What puts content into a store on a disk. */
export interface BlobWriter extends AsyncDisposable {
  /** Content that is there already is not written again. */
  write(body: ArtifactBody, signal: AbortSignal | undefined): Promise<Written>;
}

export function blobWriter(place: StorePlace, durability: Durability): BlobWriter {
  const durable = durability === "strict";
  const staging = openedOnce(() => openStore(place, durable));
  const syncNames = shared(() => syncDirectory(place.fs, blobsDirectory(place.root)));

  const write = untilSyncFails(place.root, async (body: ArtifactBody, signal: AbortSignal | undefined) => {
    const opened = await staging.open();
    const written = await writeBlob({ place, durable }, { body, signal, draft: opened.next() });
    // Also for content that was there: whoever put it may not have come this far yet.
    if (durable) await syncNames();
    return written;
  });
  return { write, [Symbol.asyncDispose]: () => staging.close() };
}

/** Makes what is missing of a store, and a place to write to it. */
export async function openStore(place: StorePlace, durable: boolean): Promise<Staging> {
  const { fs, root } = place;
  await makeDirectories(fs, root);
  const staging = await openStaging(place);
  try {
    await makeLayout(fs, root, (path, text) =>
      writeAtomically(fs, { draft: staging.next(), blocks: [encodeText(text)], durable, signal: undefined, destination: () => path }),
    );
    if (durable) await syncLayout(fs, root);
    return staging;
  } catch (error) {
    // Why the store could not be opened says more than that the remains could not be removed either.
    await Promise.allSettled([staging[Symbol.asyncDispose]()]);
    throw error;
  }
}

interface Target {
  readonly place: StorePlace;
  readonly durable: boolean;
}

interface Content {
  readonly body: ArtifactBody;
  readonly signal: AbortSignal | undefined;
  readonly draft: string;
}

async function writeBlob(target: Target, { body, signal, draft }: Content): Promise<Written> {
  const { fs, root } = target.place;
  const whole = typeof body === "string" ? encodeText(body) : body;
  if (whole instanceof Uint8Array) {
    const known = await measured(whole, signal);
    if (await isThere(target, known)) return known;
  }
  return await writeAtomically(fs, {
    draft,
    blocks: blocksIn(whole, signal),
    durable: target.durable,
    signal,
    async destination(written) {
      signal?.throwIfAborted();
      return (await isThere(target, written)) ? undefined : pathOfBlob(root, written.digest);
    },
  });
}

function blocksIn(body: Uint8Array | AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): AtomicFile["blocks"] {
  // Copied, because who gave the bytes may change them before they are written.
  return body instanceof Uint8Array && body.byteLength <= BLOCK_BYTES ? [new Uint8Array(body)] : blocksOf(chunksOf(body, signal));
}

/** Between two blocks others get their turn. */
async function measured(bytes: Uint8Array, signal: AbortSignal | undefined): Promise<Written> {
  const hash = createHash("sha256");
  for (let start = 0; start < bytes.byteLength; start += BLOCK_BYTES) {
    if (start > 0) await setImmediate();
    signal?.throwIfAborted();
    hash.update(bytes.subarray(start, start + BLOCK_BYTES));
  }
  return { digest: digestOfHex(hash.digest("hex")), size: bytes.byteLength };
}

/**
 * True when content is there, as durable as it has to be. Its file gets the time of now, so that whoever removes what nobody
 * refers to leaves it: the reference to it is about to be written.
 */
async function isThere({ place: { fs, root }, durable }: Target, { digest, size }: Written): Promise<boolean> {
  const path = pathOfBlob(root, digest);
  const entry = await ifPresent("look at", path, fs.lstat(path));
  if (!entry?.isFile() || entry.size !== size) return false;
  // Whoever put it may have promised less.
  if (durable && !(await syncFile(fs, path))) return false;
  const now = new Date();
  return await onDisk("touch", path, unlessRefused(fs.utimes(path, now, now)));
}

/** False when it was removed meanwhile, or belongs to another user: then it is written again, which gives it a time, too. */
async function unlessRefused(touched: Promise<void>): Promise<boolean> {
  try {
    await touched;
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && ["ENOENT", "EPERM", "EACCES"].includes(String(error.code))) return false;
    throw error;
  }
}

/** Opened when it is needed for the first time. Whoever needs it after a failure tries again. */
function openedOnce(open: () => Promise<Staging>): { open(): Promise<Staging>; close(): Promise<void> } {
  let opened: Promise<Staging> | undefined;
  return {
    async open() {
      const current = (opened ??= open());
      try {
        return await current;
      } catch (error) {
        if (opened === current) opened = undefined;
        throw error;
      }
    },
    async close() {
      const current = opened;
      opened = undefined;
      await (await current?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}

type Write = BlobWriter["write"];

/** Also what was under way when a sync failed is not acknowledged: another sync may have succeeded for the wrong reason. */
function untilSyncFails(root: string, write: Write): Write {
  let failure: unknown;
  const assertSound = () => {
    if (failure !== undefined) throw new ArtifactStorageError("put more content into", root, failure);
  };
  return async (body, signal) => {
    assertSound();
    try {
      const written = await write(body, signal);
      assertSound();
      return written;
    } catch (error) {
      if (isSyncFailure(error)) failure ??= error;
      throw error;
    }
  };
}
