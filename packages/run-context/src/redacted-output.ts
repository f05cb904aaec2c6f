import type { EventDraft } from "@dad/protocol";
import type { RedactedStream, Redactor } from "@dad/secrets";

type Streamed = EventDraft & { readonly type: "output.streamed" };

/** Output as it comes, without secrets: also without those of which each piece has only a part. */
export interface RedactedOutput {
  /** What can be told of a piece by now. */
  piece(draft: Streamed): Streamed | undefined;
  /** What was held back of the output of a node, once a fact says how its attempt ended. */
  rest(fact: EventDraft): readonly Streamed[];
}

/** Of an attempt that ended. */
const ENDS: ReadonlySet<EventDraft["type"]> = new Set(["node.completed", "node.failed", "node.cancelled", "node.parked"]);

interface Going {
  readonly last: Streamed;
  readonly stream: RedactedStream;
}

export function redactedOutput(redactor: Redactor | undefined): RedactedOutput {
  /** By the node, then by attempt and channel. */
  const nodes = new Map<string, Map<string, Going>>();

  function goingOf(draft: Streamed, known: Redactor): Going {
    const own = nodes.get(draft.path) ?? new Map<string, Going>();
    const key = `${draft.attempt} ${draft.channel}`;
    const going = own.get(key) ?? { last: { ...draft, channel: known.text(draft.channel) }, stream: known.stream() };
    nodes.set(draft.path, own.set(key, going));
    return going;
  }

  return {
    piece(draft) {
      if (redactor === undefined) return draft;
      const { last, stream } = goingOf(draft, redactor);
      const text = stream.push(draft.text);
      // What is empty was empty, or says nothing yet.
      return text === "" && draft.text !== "" ? undefined : { ...last, text };
    },
    rest(fact) {
      if (nodes.size === 0 || !ENDS.has(fact.type) || !("path" in fact) || fact.path === undefined) return [];
      const own = nodes.get(fact.path);
      nodes.delete(fact.path);
      return [...(own?.values() ?? [])].flatMap(({ last, stream }) => {
        const text = stream.end();
        return text === "" ? [] : [{ ...last, text }];
      });
    },
  };
}
