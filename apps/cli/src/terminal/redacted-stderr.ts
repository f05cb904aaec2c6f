import type { Redactor } from "@dad/secrets";
import { hostRedactor } from "./host-secrets.ts";

/**
 * What takes out the secrets of the environment, and those that are added to it. From now on, and until this is disposed, nothing that is
 * written to stderr has one in it.
 */
export function redactedStderr(): Redactor & Disposable {
  const redactor = hostRedactor();
  const { stderr } = process;
  // oxlint-disable-next-line typescript/unbound-method -- it is put back as it was
  const realWrite = stderr.write;
  // Nothing is held back: a question has to be there before anybody answers it.
  const write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): unknown =>
    Reflect.apply(realWrite, stderr, [typeof chunk === "string" ? redactor.text(chunk) : redactor.bytes(chunk), ...rest]);
  stderr.write = write as typeof stderr.write;
  return {
    ...redactor,
    [Symbol.dispose]() {
      stderr.write = realWrite;
    },
  };
}
