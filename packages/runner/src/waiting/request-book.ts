import type { AnsweredBy, InputId, Json, RunId } from "@dad/protocol";
import type { RequestHistory, RunHistory } from "@dad/run-context";
import { type Asked, requestId } from "./request-of.ts";

/** What an earlier run was answered to the same question. */
export interface EarlierAnswer {
  readonly value: Json;
  readonly by: AnsweredBy;
  readonly origin: { readonly runId: RunId; readonly seq: number };
  /** It comes before whatever else there is: in a replay. */
  readonly isFinal: boolean;
}

/** What was asked in a run, and what is known of it. */
export interface RequestBook {
  /** What a question is called, and what became of it, if it was asked before. */
  find(asked: Asked): { readonly id: InputId; readonly known: RequestHistory | undefined };
  note(record: RequestHistory): void;
  of(id: InputId): RequestHistory | undefined;
}

/** A question that is another one than before under the same key gets the next number, so that no answer is taken for that to another. */
export function requestBook(history: Pick<RunHistory, "requests">): RequestBook {
  const records = new Map(history.requests);
  return {
    find(asked) {
      for (let number = 1; ; number++) {
        const id = requestId(asked, number);
        const known = records.get(id);
        if (known === undefined || known.request.question === asked.question) return { id, known };
      }
    },
    note: (record) => void records.set(record.request.id, record),
    of: (id) => records.get(id),
  };
}
