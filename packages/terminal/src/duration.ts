/** `12ms`, `1.2s`, `2m 05s`, `1h 02m`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 99.5) return `${Math.round(milliseconds)}ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)}s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${twoDigits(seconds % 60)}s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}h ${twoDigits(minutes % 60)}m`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** `2026-11-22 07:34:43Z`, of an ISO time. */
export function timeText(iso: string): string {
  return iso.replace("T", " ").replace(/(\.\d+)?Z$/, "Z");
}
