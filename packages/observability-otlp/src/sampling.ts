import { type SpanContext, TraceFlags } from "@opentelemetry/api";
import { type OtlpSampling, SAMPLERS } from "./settings.ts";

/**
 * Whether a trace is sent. By a ratio: as its last seven bytes say, which are random (https://www.w3.org/TR/trace-context-2/#random-trace-id-flag), so
 * all who go by the same ratio send the same traces.
 *
 * @throws TypeError for a sampler or a ratio that is none.
 */
export function exportSampler(
  { sampler, ratio = 1 }: OtlpSampling = { sampler: "always_on" },
  remoteParent?: Pick<SpanContext, "traceId" | "traceFlags">,
): (traceId: string) => boolean {
  if (!SAMPLERS.includes(sampler)) throw new TypeError(`there is no sampler ${JSON.stringify(sampler)}: there are ${SAMPLERS.join(", ")}`);
  if (!(ratio >= 0 && ratio <= 1)) throw new TypeError(`the ratio of traces is ${ratio}: give a number from 0 to 1`);
  const own = ownDecision(sampler.replace("parentbased_", ""), ratio);
  if (!sampler.startsWith("parentbased_") || !remoteParent) return own;
  const sampled = (remoteParent.traceFlags & TraceFlags.SAMPLED) !== 0;
  return (traceId) => (traceId === remoteParent.traceId ? sampled : own(traceId));
}

const RANDOM_BITS = 56;

function ownDecision(sampler: string, ratio: number): (traceId: string) => boolean {
  if (sampler === "always_on") return () => true;
  if (sampler === "always_off") return () => false;
  const threshold = (1 - ratio) * 2 ** RANDOM_BITS;
  return (traceId) => ratio > 0 && Number.parseInt(traceId.slice(-RANDOM_BITS / 4), 16) >= threshold;
}
