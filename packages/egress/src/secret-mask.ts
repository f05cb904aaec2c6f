import { Transform, type TransformCallback } from "node:stream";

/** What is shorter stands in answers by chance (a date, for instance), and is no key. */
const SHORTEST_SECRET = 12;
const STAR = 0x2a;

/** What of the values of headers must not get into a sandbox: the words, so that a key is found without its `Bearer`. */
export function secretsOf(values: readonly string[]): readonly Buffer[] {
  const words = values.flatMap((value) => value.split(/\s+/)).filter((word) => word.length >= SHORTEST_SECRET);
  return [...new Set(words)].map((word) => Buffer.from(word, "latin1"));
}

export function holdsSecret(value: string, secrets: readonly Buffer[]): boolean {
  return secrets.some((secret) => Buffer.from(value, "latin1").includes(secret));
}

/**
 * Puts stars over secrets in what passes, also over one that comes in pieces, or that is cut off at the end. Lengths stay; nothing waits
 * but the beginning of a secret.
 */
export function secretMask(secrets: readonly Buffer[]): Transform {
  let held: Buffer = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      const bytes = Buffer.concat([held, chunk]);
      for (const secret of secrets) cover(bytes, secret);
      const open = Math.max(0, ...secrets.map((secret) => begunAtEnd(bytes, secret)));
      held = bytes.subarray(bytes.length - open);
      done(null, bytes.subarray(0, bytes.length - open));
    },
    flush(done) {
      done(null, held.length < SHORTEST_SECRET ? held : Buffer.alloc(held.length, STAR));
    },
  });
}

function cover(bytes: Buffer, secret: Buffer): void {
  for (let at = bytes.indexOf(secret); at >= 0; at = bytes.indexOf(secret, at + secret.length)) bytes.fill(STAR, at, at + secret.length);
}

/** How many of the last bytes may be the beginning of the secret. */
function begunAtEnd(bytes: Buffer, secret: Buffer): number {
  for (let length = Math.min(secret.length - 1, bytes.length); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(secret.subarray(0, length))) return length;
  }
  return 0;
}
