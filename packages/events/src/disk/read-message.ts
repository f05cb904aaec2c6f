import { ForeignFileRefusal } from "@dad/disk";
import { DadError, InboxMessage, messageOf } from "@dad/protocol";
import { InboxMessageUnreadableError } from "../inbox-errors.ts";
import { LARGEST_MESSAGE_BYTES } from "../inbox-message.ts";
import { INBOX, type InboxDirectory } from "./inbox-directory.ts";
import { isPlaceOf, MESSAGE_FILE } from "./inbox-names.ts";

/** What lies in a place. */
export type FoundMessage =
  | { readonly message: InboxMessage; /** Its place in the order of posting. */ readonly order: number }
  | { readonly unreadable: InboxMessageUnreadableError };

/** `undefined`: nothing, so that a message may be put there. @throws InboxStorageError */
export async function readMessage({ run, runId }: InboxDirectory, place: string, signal?: AbortSignal): Promise<FoundMessage | undefined> {
  const path = `${INBOX}/${place}`;
  try {
    const entries = await run.list(path, { most: 1, signal });
    if (entries === undefined) return await readNoDirectory(run, path);
    const [entry] = entries;
    if (entry === undefined) return undefined;
    const order = orderOf(entry);
    const file = await run.read(`${path}/${entry.name}`, { limitBytes: LARGEST_MESSAGE_BYTES, signal });
    return file && { message: parseMessage(file.content, { runId, place }), order };
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === undefined) throw error;
    return { unreadable: new InboxMessageUnreadableError(path, messageOf(reason), { cause: reason }) };
  }
}

async function readNoDirectory(run: InboxDirectory["run"], path: string): Promise<undefined> {
  const stats = await run.stat(path);
  // A directory meanwhile: it is read the next time.
  if (stats && stats.kind !== "directory") throw new ForeignFileRefusal(`it is a ${stats.kind}, not a directory`);
}

function orderOf({ name }: { readonly name: string }): number {
  const [, order] = MESSAGE_FILE.exec(name) ?? [];
  if (order === undefined) throw new ForeignFileRefusal(`there is no message in it but ${JSON.stringify(name)}`);
  return Number(order);
}

function parseMessage(content: Uint8Array, { runId, place }: { readonly runId: InboxMessage["runId"]; readonly place: string }): InboxMessage {
  const message = InboxMessage.safeParse(parseJson(content));
  if (!message.success) {
    const [issue] = message.error.issues;
    throw new ForeignFileRefusal(`${issue?.path.join(".") || "it"}: ${issue?.message}`, { cause: message.error });
  }
  if (message.data.runId !== runId) throw new ForeignFileRefusal(`it is for run ${message.data.runId}`);
  if (!isPlaceOf(message.data, place)) throw new ForeignFileRefusal("it is in the place of another one");
  return message.data;
}

function parseJson(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch (cause) {
    throw new ForeignFileRefusal(`it is no JSON: ${messageOf(cause)}`, { cause });
  }
}

/** Why it is not taken for a message. `undefined`: that is not known, because it could not be read. */
function refusalOf(error: unknown): ForeignFileRefusal | undefined {
  if (error instanceof ForeignFileRefusal) return error;
  return DadError.is(error) && error.cause instanceof ForeignFileRefusal ? error.cause : undefined;
}
