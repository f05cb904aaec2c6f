import {
  asRecorded,
  canonicalJson,
  digestOfJson,
  type Json,
  type ModelExchange,
  type ModelRequest,
  type ModelResponse,
  type ModelTape,
} from "@dad/protocol";
import { ModelError } from "../errors.ts";
import type { GenerateOptions } from "../model-resource.ts";
import { withStructured } from "../reply.ts";
import { tellReply } from "../tell-reply.ts";
import { commonPrefix, type Difference, differencesOf } from "./request-differences.ts";

export interface TapePlayer {
  /** @throws ModelError (`MODEL_NOT_RECORDED`), which names the nearest entry and where it differs. */
  replyTo(request: ModelRequest, onPiece?: GenerateOptions["onPiece"]): ModelResponse;
}

/**
 * Finds replies by the digest of the request. A request that was recorded several times gets its replies in the order
 * of the tape, and then the last one again, so that a retry or a second run never ends in nothing.
 *
 * @param place - What to call the recording in an error.
 */
export function tapePlayer(tape: ModelTape, place: string): TapePlayer {
  const replies = Map.groupBy(tape.entries, ({ request }) => digestOfJson(request));
  const served = new Map<string, number>();

  return {
    replyTo(request, onPiece) {
      const digest = digestOfJson(request);
      const entries = replies.get(digest) ?? [];
      const turn = served.get(digest) ?? 0;
      served.set(digest, turn + 1);
      const entry = entries[turn] ?? entries.at(-1);
      if (!entry) throw notRecorded({ tape, place, request });
      const reply = replyOf(entry);
      tellReply(reply, onPiece);
      return reply;
    },
  };
}

function replyOf({ request, response }: ModelExchange): ModelResponse {
  const reply = { ...structuredClone(response), usage: asRecorded(response.usage) };
  return withStructured(reply, { request });
}

/** How many differences an error shows. */
const MOST_DIFFERENCES = 6;

function notRecorded({ tape, place, request }: { tape: ModelTape; place: string; request: ModelRequest }): ModelError {
  const entry = nearestEntry(tape, request);
  const nearest = tape.entries[entry];
  const differences = nearest ? differencesOf(jsonOf(nearest.request), jsonOf(request)) : [];
  const count = tape.entries.length;
  const where = nearest
    ? `of its ${count} ${count === 1 ? "entry" : "entries"}, entries[${entry}] is nearest and differs:\n${differenceLines(differences).join("\n")}\n`
    : "it has no entries. ";
  return new ModelError(
    "MODEL_NOT_RECORDED",
    `${place} has no reply to this request; ${where}Ask what was recorded, or record again with a real model.`,
    { details: { digest: digestOfJson(request), ...(nearest ? { entry, differences: jsonOf(differences.slice(0, MOST_DIFFERENCES)) } : {}) } },
  );
}

function differenceLines(differences: readonly Difference[]): string[] {
  const left = differences.length - MOST_DIFFERENCES;
  return [
    ...differences
      .slice(0, MOST_DIFFERENCES)
      .flatMap(({ path, recorded, asked }) => [`  ${path}`, `    recorded ${recorded}`, `    asked    ${asked}`]),
    ...(left > 0 ? [`  and ${left} more`] : []),
  ];
}

/** The entry whose text has most in common with the request at both ends, which is where an edited prompt is the same. */
function nearestEntry(tape: ModelTape, request: ModelRequest): number {
  const asked = canonicalJson(request);
  const scores = tape.entries.map((entry) => likeness(canonicalJson(entry.request), asked));
  return scores.indexOf(Math.max(...scores));
}

function likeness(left: string, right: string): number {
  const prefix = commonPrefix(left, right);
  const suffix = commonPrefix(reversed(left.slice(prefix)), reversed(right.slice(prefix)));
  return (prefix + suffix) / Math.max(left.length, right.length);
}

function reversed(text: string): string {
  return text.split("").reverse().join("");
}

function jsonOf(value: ModelRequest | readonly Difference[]): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
