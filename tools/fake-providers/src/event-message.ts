import { crc32 } from "node:zlib";
import type { FakeEvent } from "./api.ts";

/** One message of the binary event streams of AWS: https://smithy.io/2.0/aws/amazon-eventstream.html */
export function eventMessage({ event = "", data }: FakeEvent): Uint8Array {
  const failed = event.endsWith("Exception");
  const headers = Buffer.concat([
    header(":message-type", failed ? "exception" : "event"),
    header(failed ? ":exception-type" : ":event-type", event),
    header(":content-type", "application/json"),
  ]);
  const payload = Buffer.from(typeof data === "string" ? data : JSON.stringify(data));
  // Length of all of it, of the headers, and a sum of these; headers, payload, and a sum of all before.
  const prelude = numbers(16 + headers.length + payload.length, headers.length);
  const message = Buffer.concat([prelude, numbers(crc32(prelude)), headers, payload]);
  return Buffer.concat([message, numbers(crc32(message))]);
}

function header(name: string, value: string): Buffer {
  const TEXT = 7;
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([TEXT, value.length >> 8, value.length & 255]),
    Buffer.from(value),
  ]);
}

function numbers(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => buffer.writeUInt32BE(value, 4 * index));
  return buffer;
}
