import { canonicalJson, digestOfJson, type Json, type ModelExchange, type ModelRequest, type ModelResponse, type ModelTape } from "@dad/protocol";
import { ModelError } from "../errors.ts";
import type { GenerateOptions } from "../model-resource.ts";
import { withStructured } from "../reply.ts";
import { tellReply } from "../tell-reply.ts";
import { commonPrefix, firstDifference } from "./first-difference.ts";

export interface TapePlayer {
  /** @throws ModelError (`MODEL_NOT_RECORDED`), which names the nearest entry and where it differs first. */
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

/** The tokens are those of the recording; nothing is paid for them again. */
function replyOf({ request, response }: ModelExchange): ModelResponse {
  const reply = { ...structuredClone(response), usage: { ...response.usage, costUsd: 0 } };
  return withStructured(reply, { request });
}

function notRecorded({ tape, place, request }: { tape: ModelTape; place: string; request: ModelRequest }): ModelError {
  const index = nearestEntry(tape, request);
  const nearest = tape.entries[index];
  const difference = nearest && firstDifference(jsonOf(nearest.request), jsonOf(request));
  const count = tape.entries.length;
  const where = difference
    ? `of its ${count} ${count === 1 ? "entry" : "entries"}, entries[${index}] is nearest and differs first at ${difference.path}: recorded ${difference.recorded}, asked ${difference.asked}`
    : "it has no entries";
  return new ModelError(
    "MODEL_NOT_RECORDED",
    `${place} has no reply to this request; ${where}. Ask what was recorded, or record again with a real model.`,
    {
      details: { digest: digestOfJson(request), ...(difference ? { entry: index, ...difference } : {}) },
    },
  );
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

function jsonOf(request: ModelRequest): Json {
  return JSON.parse(JSON.stringify(request)) as Json;
}
