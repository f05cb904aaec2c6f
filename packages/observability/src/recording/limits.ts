import type { AttributeLimits } from "./values.ts";

/** What is beyond is dropped, and how much it was is told. */
export interface RecordingLimits extends AttributeLimits {
  /** Of a text or of bytes that are, or are inside, the value of an attribute. What is longer is cut. Default 16,384. */
  readonly attributeLength: number;
  /** Of each span, event, link and log record. Default 128. */
  readonly attributes: number;
  /** Of each span. The oldest give way. Default 128. */
  readonly events: number;
  /** Of each span. Default 128. */
  readonly links: number;
  /** Of a text in the body of a log record, and of the message of a status. Default 65,536. */
  readonly bodyLength: number;
}

export const DEFAULT_LIMITS: RecordingLimits = { attributeLength: 16_384, attributes: 128, events: 128, links: 128, bodyLength: 65_536 };
