import type { Transport } from "@modelcontextprotocol/client";

/** What requests are called that were sent, by the span that they are a part of: who sends them is not told otherwise. */
export interface RequestIds {
  /** Gives each once. */
  take(traceparent: string | undefined): string | undefined;
}

/** From now on. */
export function requestIds(transport: Transport): RequestIds {
  const ids = new Map<string, string>();
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    if ("method" in message && "id" in message && message.method === "tools/call") {
      const traceparent = message.params?._meta?.["traceparent"];
      if (typeof traceparent === "string") ids.set(traceparent, String(message.id));
    }
    return send(message, options);
  };
  return {
    take(traceparent = "") {
      const id = ids.get(traceparent);
      ids.delete(traceparent);
      return id;
    },
  };
}
