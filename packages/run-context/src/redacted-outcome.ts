import type { RunOutcome } from "@dad/outcome";
import type { Redactor } from "@dad/secrets";

/** The same, with commits whose messages have no secrets. Those whose files have some are refused. */
export function redactedOutcome(outcome: RunOutcome, redactor: Redactor): RunOutcome {
  return {
    ...outcome,
    commit({ subject, trailers, ...options }) {
      const facts = trailers && Object.fromEntries(Object.entries(trailers).map((fact) => redactedFact(fact, redactor)));
      return outcome.commit({ ...options, subject: redactor.text(subject), ...(facts ? { trailers: facts } : {}) });
    },
  };
}

/** The names of nodes and digests are what the record goes by. */
function redactedFact([name, value]: readonly [string, string], redactor: Redactor): readonly [string, string] {
  return name.startsWith("Dad-") ? [name, value] : [name, redactor.text(value)];
}
