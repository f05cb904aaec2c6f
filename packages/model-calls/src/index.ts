/**
 * Calls of models as traces and metrics tell of them.
 *
 * @packageDocumentation
 */
export { type Captured, type CapturedContent, capturing } from "./captured.ts";
export { type CallTrace, type ChatAsked, traceChat, type TracedCall, traceEmbeddings } from "./traced-call.ts";
export { tracedModel } from "./traced-model.ts";
