import { messageOf } from "@dad/protocol";
import type { OtlpBatching, OtlpEndpoint, OtlpSinkOptions, Signal } from "../settings.ts";
import { SENT_LATER, troubleOf } from "../trouble.ts";
import type { Answer } from "./answer.ts";
import { deliveryQueue, type DeliveryQueue } from "./queue.ts";
import { type Message, type Receiver, receiverAt } from "./receiver.ts";

/** Where records of one signal go. */
export interface Line<Item> extends DeliveryQueue<Item> {
  /** How many are given up. */
  readonly lost: number;
}

export interface LineOptions extends Pick<OtlpSinkOptions, "origin" | "onTrouble"> {
  readonly endpoint: OtlpEndpoint;
  readonly batching: Required<OtlpBatching>;
}

export function lineTo<Item>(signal: Signal, options: LineOptions): Line<Item> {
  const { endpoint, batching } = options;
  const receiver = receiverAt(endpoint);
  const tell = tellingOnce(signal, options);
  let lost = 0;
  const queue = deliveryQueue<Item>({
    batching,
    onFailing: tell,
    send: (batch, until) => sent(receiver, () => encoded(signal, options, batch), until),
    onGivenUp(count, answer) {
      lost += count;
      // Of instruments, what takes the place of an older state loses nothing.
      if (answer || signal !== "metrics") tell(answer);
    },
  });
  return {
    push: (item) => queue.push(item),
    drain: (signal) => queue.drain(signal),
    get healthy() {
      return queue.healthy;
    },
    get lost() {
      return lost;
    },
    async close() {
      await queue.close();
      receiver.close();
    },
  };
}

function tellingOnce(signal: Signal, { endpoint, onTrouble }: LineOptions): (answer: Answer | undefined) => void {
  let told = false;
  return (answer) => {
    if (told) return;
    told = true;
    try {
      onTrouble?.(troubleOf(answer, { signal, url: endpoint.url }, SENT_LATER));
    } catch {
      // Who is told that something does not arrive is no reason why a run should fail.
    }
  };
}

async function sent(receiver: Receiver, message: () => Promise<Message>, signal: AbortSignal): Promise<Answer> {
  try {
    return await receiver.post(await message(), { signal });
  } catch (error) {
    return { outcome: "refused", status: undefined, reason: `they cannot be encoded (${messageOf(error)})` };
  }
}

async function encoded<Item>(signal: Signal, { endpoint, origin }: LineOptions, batch: readonly Item[]): Promise<Message> {
  const { encodersFor } = await import("../records/encoders.ts");
  const encode = encodersFor(origin, endpoint.protocol ?? "http/json")[signal] as unknown as (batch: readonly Item[]) => Message;
  return encode(batch);
}
