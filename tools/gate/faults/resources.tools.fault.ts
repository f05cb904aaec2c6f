// Fault: tools of others go on once they are closed.
// Noticed by: are gone once they are closed
import { type OpenToolSource, type ToolSource, ToolSourceError } from "@dad/resources";
import { toolSourceContract } from "@dad/resources/testing";

const inputSchema = { type: "object" };

/** Tools in this process, which go on once they are closed. */
function tools(): OpenToolSource {
  const names = ["echo", "fail", "wait"];
  const closed = Promise.withResolvers<never>();
  closed.promise.catch(() => undefined);
  return {
    server: "broken",
    tools: names.map((name) => ({ name, description: "", inputSchema })),
    async call(tool, input, { signal } = {}) {
      signal?.throwIfAborted();
      if (tool === "echo") return { result: input };
      if (tool !== "wait") return { result: "it does not work", failed: true };
      const aborted = new Promise<never>((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error)));
      return await Promise.race([aborted, closed.promise]);
    },
    [Symbol.asyncDispose]: async () => closed.reject(new ToolSourceError("broken", "it is closed")),
  };
}

const source = (): ToolSource => ({
  identity: "broken",
  async open({ signal } = {}) {
    signal?.throwIfAborted();
    return tools();
  },
});

toolSourceContract("a source whose tools go on once they are closed", {
  source,
  broken: () => ({ identity: "broken", open: () => Promise.reject(new ToolSourceError("broken", "it is not there")) }),
  secret: "sk-0123456789abcdef",
});
