/**
 * What it costs to take secrets out of what is written, as a ratio to a raw floor: `JSON.stringify` of the event, a copy of the bytes.
 * Usage: `redaction.ts [rounds]`.
 */
import { randomBytes } from "node:crypto";
import type { Json } from "@dad/protocol";
import { type KnownSecret, redactor } from "@dad/secrets";

const rounds = Number(process.argv[2] ?? 30);
const EVENTS = 2000;

/** Keys as providers give them. */
function secrets(count: number): KnownSecret[] {
  return Array.from({ length: count }, (_, at) => ({ name: `env:SOME_API_KEY_${at}`, value: `sk-${randomBytes(24).toString("base64url")}` }));
}

/** Of 1 KB, with content in base64, as most events of a run have it. */
const event: Json = {
  type: "node.completed",
  path: "agent.flow.node_1",
  attempt: 1,
  durationMs: 2.272,
  artifacts: ["input", "outcome", "result"].map((name) => ({
    name,
    path: `agent/flow/node_1/${name}.json`,
    mediaType: "application/json",
    digest: `sha256:${randomBytes(32).toString("hex")}`,
    size: 57,
    data: Buffer.from(JSON.stringify({ text: "The quick brown fox jumps over the lazy dog." })).toString("base64"),
  })),
  note: "All went well.\nNothing is left to do.",
};

const prose = "It was the best of times, it was the worst of times,\nit was the age of wisdom, it was the age of foolishness.\n";
const contents: Readonly<Record<string, Buffer>> = {
  text: Buffer.from(prose.repeat(Math.ceil(2 ** 20 / prose.length))).subarray(0, 2 ** 20),
  "base64 in lines": Buffer.from(
    (
      randomBytes(780_000)
        .toString("base64")
        .match(/.{1,76}/g) ?? []
    ).join("\n"),
  ).subarray(0, 2 ** 20),
  "random bytes": randomBytes(2 ** 20),
};

/** The fastest round says what it costs where nobody else is at work. */
function fastest(work: () => unknown): number {
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    work();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

function told(what: string, cost: string, ratio?: number): void {
  console.log(`${what.padEnd(46)} ${cost.padStart(12)}${ratio === undefined ? "" : `   ${ratio.toFixed(2)} x the floor`}`);
}

const each = (work: () => unknown) => (fastest(() => Array.from({ length: EVENTS }, work)) / EVENTS) * 1e6;
const floor = each(() => JSON.stringify(event));
const size = JSON.stringify(event).length;

for (const count of [0, 20, 1000]) {
  const known = secrets(count);
  const redact = redactor(known);
  const ns = each(() => redact.json(event));
  told(`${count} secrets, json of ${size} bytes`, `${ns.toFixed(0)} ns`, ns / floor);
  const stream = redact.stream();
  const token = each(() => stream.push(" token"));
  told(`${count} secrets, a piece of a stream`, `${token.toFixed(0)} ns`);
  for (const [name, content] of Object.entries(contents)) {
    const ms = fastest(() => redact.bytes(content));
    told(`${count} secrets, 1 MiB of ${name}`, `${ms.toFixed(2)} ms`, ms / fastest(() => Buffer.from(content)));
  }
  const make = fastest(() => redactor(known).text(prose));
  told(`${count} secrets, until the first text is redacted`, `${make.toFixed(2)} ms`);
}
