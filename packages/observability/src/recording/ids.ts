import { randomBytes } from "node:crypto";

const POOL = 2048;

/** Random bytes in hexadecimal, drawn many at a time: a span needs some each time that it starts. */
export function randomIds(): (bytes: number) => string {
  let pool = "";
  let at = 0;
  return (bytes) => {
    const digits = bytes * 2;
    if (at + digits > pool.length) {
      pool = randomBytes(POOL).toString("hex");
      at = 0;
    }
    return pool.slice(at, (at += digits));
  };
}
