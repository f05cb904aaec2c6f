import { DadError } from "@dad/protocol";

/** `HANDLER_TIMEOUT`: a handler took longer than it may. It is not waited for any more; what it still does is its own affair. */
export class HandlerTimeoutError extends DadError<"HANDLER_TIMEOUT"> {
  constructor({ name, timeoutMs }: { readonly name: string; readonly timeoutMs: number }) {
    super("HANDLER_TIMEOUT", `The handler "${name}" was not done after ${timeoutMs} ms. Give it more time (timeoutMs), or have it do less.`, {
      details: { handler: name, timeoutMs },
    });
  }
}
