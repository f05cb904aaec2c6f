import { recordingObservability, redacted, ROOT_CONTEXT, under } from "@dad/observability";
import { redactor } from "@dad/secrets";
import { describe, expect, it } from "vitest";
import { recordingOptions } from "./recording-options.ts";
import { withProviders } from "./with-providers.ts";

/** What a node of a run sees. */
function seen(settings: Parameters<typeof recordingOptions>[0]) {
  const own = recordingObservability([], recordingOptions(settings));
  const meterProvider = { getMeter: () => own.meter };
  return under(redacted(withProviders({ meterProvider }, { own, parent: undefined }), redactor()), ROOT_CONTEXT);
}

describe("the settings of what is recorded", () => {
  it.each([
    [{}, undefined],
    [{ logs: { commands: { lines: 7 } } }, { lines: 7 }],
    [{ logs: { commands: false } }, { lines: 0 }],
  ] as const)("%j reach who executes a command", (settings, limits) => {
    expect(seen(settings).commandOutput).toEqual(limits);
  });

  it.each([
    [{}, false],
    [{ env: { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: " SPAN_ONLY" } }, true],
    [{ env: { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "no_content" } }, false],
    [{ env: { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true" }, content: { messages: false } }, false],
  ] as const)("%j reach who asks a model", (settings, messages) => {
    expect(seen(settings).capture).toEqual({ messages, input: [], output: [], maxLength: 4_096 });
  });
});
