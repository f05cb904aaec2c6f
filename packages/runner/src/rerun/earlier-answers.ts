import type { EventDraft, InputId, InputRequest, NodePath } from "@dad/protocol";
import type { RequestHistory } from "@dad/run-context";
import type { EarlierAnswer } from "../waiting/request-book.ts";
import { covers } from "./paths.ts";
import type { BaseRun, CheckedRerun } from "./rerun-options.ts";

/** What makes two questions the same: who asks, under which key, and what. */
export type SameQuestion = Pick<InputRequest, "path" | "key" | "question">;

/** What a run before was answered. */
export interface EarlierAnswers {
  /** The answer to the same question at the same place, unless it is to be asked again. */
  to(asked: SameQuestion): EarlierAnswer | undefined;
  /** What is on record of a node that is reused, for the record of the new run: so the next re-run finds it there. */
  recordsOf(path: NodePath, at: { readonly path: NodePath; readonly attempt: number }): readonly EventDraft[];
}

export function earlierAnswers({ runId, history }: BaseRun, { reask = [], reuse = true, replay = false }: CheckedRerun): EarlierAnswers {
  const answered = [...history.requests.values()].filter(({ state, value }) => state === "answered" && value !== undefined);
  const same = new Map(answered.map((record) => [keyOf(record.request), record]));
  const byPath = Map.groupBy(answered, ({ path }) => path);
  const originOf = ({ seq }: RequestHistory) => ({ runId, seq });
  return {
    to(asked) {
      if (!replay && (!reuse || reask.some((pattern) => covers(pattern, asked.path)))) return undefined;
      const record = same.get(keyOf(asked));
      if (record?.value === undefined || record.by === undefined) return undefined;
      return { value: record.value, by: record.by, origin: originOf(record), isFinal: replay };
    },
    recordsOf: (path, at) =>
      (byPath.get(path) ?? []).flatMap((record): EventDraft[] => {
        const { request, value, by } = record;
        if (by === undefined) return [];
        const id = `${at.path}${request.id.slice(path.length)}` as InputId;
        const answer = { request: id, question: request.question, value, by, origin: originOf(record) };
        return [
          { type: "input.requested", ...at, request: { ...request, id, path: at.path } },
          { type: "input.answered", path: at.path, ...answer },
        ];
      }),
  };
}

function keyOf({ path, key, question }: SameQuestion): string {
  return `${path}:${key} ${question}`;
}
