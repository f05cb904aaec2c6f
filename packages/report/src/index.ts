/**
 * Gathers all that is known of a run, and makes one page of it.
 *
 * @packageDocumentation
 */
export { collectReport, type CollectReportOptions } from "./collect-report.ts";
export { REPORT_MARK, reportPage } from "./report-page.ts";
export { type AbortOptions, REPORT_LIMITS, type ReportLimits, type ReportPorts } from "./report-ports.ts";
