import type { EventDraft, RunEvent } from "@dad/protocol";
import { encodeArtifact } from "./artifact-to-keep.ts";
import type { OpenedRun } from "./complete-run.ts";
import { keepArtifact } from "./keep-artifact.ts";
import { redactedArtifact } from "./redacted-artifact.ts";
import { redactedDraft } from "./redacted-draft.ts";
import { redactedOutput } from "./redacted-output.ts";
import type { RunContext } from "./run-context.ts";

/** Puts things on record, tells and keeps them, all without secrets. */
export function redactedWriting({ env, ports, record }: Pick<OpenedRun, "env" | "ports" | "record">): Pick<RunContext, "record" | "tell" | "keep"> {
  const { events, redactor } = ports;
  const output = redactedOutput(redactor);
  const publish = (draft: EventDraft): void => {
    const told: RunEvent = { ...draft, runId: env.runId, time: new Date().toISOString() };
    record.telemetry.tells(told);
    events.publish(told);
  };
  return {
    async record(draft, options) {
      // What a node put out comes before how it ended.
      output.rest(draft).forEach(publish);
      return record.add(draft, options);
    },
    tell(draft) {
      const told = draft.type === "output.streamed" ? output.piece(draft) : redactedDraft(draft, redactor);
      if (told) publish(told);
    },
    keep(artifact) {
      const kept = redactedArtifact(artifact, redactor);
      return keepArtifact(ports, kept.name, encodeArtifact(kept));
    },
  };
}
