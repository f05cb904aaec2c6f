import { randomFillSync } from "node:crypto";

const POOL = 2048;

/** Random bytes in hexadecimal, drawn many at a time: a span needs some each time that it starts. */
export function randomIds(): (bytes: number) => string {
  const pool = Buffer.allocUnsafeSlow(POOL);
  let at = POOL;
  return (bytes) => {
    if (at + bytes > POOL) {
      randomFillSync(pool);
      at = 0;
    }
    return pool.toString("hex", at, (at += bytes));
  };
}
