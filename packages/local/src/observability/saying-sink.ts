import type { TelemetrySink } from "@dad/observability";

/** A sink that somebody else wrote. What it throws would be lost, and with it why nothing arrives: the first of that is told, and the run goes on. */
export function sayingSink(sink: TelemetrySink, onTrouble: (error: unknown) => void): TelemetrySink {
  let told = false;
  const tell = (error: unknown): void => {
    if (!told) onTrouble(error);
    told = true;
  };
  const saying = <Given>(take: (given: Given) => void) => {
    return (given: Given): void => {
      try {
        take(given);
      } catch (error) {
        tell(error);
      }
    };
  };
  const settled = (work: () => Promise<void>): Promise<void> => work().catch(tell);
  return {
    ...(sink.started ? { started: saying((span) => sink.started?.(span)) } : {}),
    span: saying((span) => sink.span(span)),
    log: saying((log) => sink.log(log)),
    ...(sink.measured ? { measured: saying((measurement) => sink.measured?.(measurement)) } : {}),
    ...(sink.metrics ? { metrics: saying((snapshot) => sink.metrics?.(snapshot)) } : {}),
    flush: (options) => settled(async () => await sink.flush(options)),
    [Symbol.asyncDispose]: () => settled(async () => await sink[Symbol.asyncDispose]()),
  };
}
