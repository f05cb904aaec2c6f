import type { TelemetrySink } from "@dad/observability";
import { deferredSink } from "./deferred-sink.ts";
import { exportersIn, signalsTo } from "./exports-of.ts";
import { type ExportersOptions, notSent, openExporters } from "./open-exporters.ts";
import { sayingSink } from "./saying-sink.ts";
import { signalSink } from "./signal-sink.ts";

/** Those that a program makes are made now; what comes with this one is loaded when there is something to tell, and in no other case. */
export function exportSinks(options: ExportersOptions): readonly TelemetrySink[] {
  const exporters = exportersIn(options.exports);
  const onTrouble = (error: unknown): void => options.onTrouble(notSent(error));
  const made = exporters.flatMap((exporter) => {
    if (typeof exporter !== "function") return [];
    try {
      return [signalSink(sayingSink(exporter(options.origin), onTrouble), signalsTo(exporter, options.exports))];
    } catch (error) {
      onTrouble(error);
      return [];
    }
  });
  if (exporters.every((exporter) => typeof exporter === "function")) return made;
  return [...made, deferredSink({ open: (abort) => openExporters(options, abort), onTrouble })];
}
