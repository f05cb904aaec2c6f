import { messageOf } from "@dad/protocol";
import type { RecordExporter, Records } from "../records/exporters.ts";
import type { OtlpBatching, OtlpEndpoint, OtlpSinkOptions, Signal } from "../settings.ts";
import { SENT_LATER, troubleOf } from "../trouble.ts";
import type { Answer } from "./answer.ts";
import { type Connection, connectionTo } from "./connection.ts";
import { deliveryQueue, type DeliveryQueue } from "./queue.ts";

/** Where records of one signal go. */
export interface Line<Item> extends DeliveryQueue<Item> {
  /** How many are given up. */
  readonly lost: number;
}

export interface LineOptions extends Pick<OtlpSinkOptions, "origin" | "onTrouble"> {
  readonly endpoint: OtlpEndpoint;
  readonly batching: Required<OtlpBatching>;
}

export function lineTo<Kind extends Signal>(signal: Kind, options: LineOptions): Line<Records[Kind]> {
  const connection = connectionTo(options.endpoint);
  const tell = tellingOnce(signal, options);
  let exporter: Promise<RecordExporter<Records[Kind]>> | undefined;
  let lost = 0;
  const queue = deliveryQueue<Records[Kind]>({
    batching: options.batching,
    onFailing: tell,
    async send(batch, until) {
      try {
        const { send, read } = await (exporter ??= exporterOf(signal, options, connection));
        return await connection.exchange(() => send(batch), { signal: until, read });
      } catch (error) {
        return { outcome: "refused", status: undefined, reason: `they cannot be encoded (${messageOf(error)})` };
      }
    },
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
      connection.close();
    },
  };
}

async function exporterOf<Kind extends Signal>(
  signal: Kind,
  { origin, endpoint }: LineOptions,
  connection: Connection,
): Promise<RecordExporter<Records[Kind]>> {
  const { exportersOf } = await import("../records/exporters.ts");
  return exportersOf({ origin, endpoint, agent: () => connection.agent() })[signal]();
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
