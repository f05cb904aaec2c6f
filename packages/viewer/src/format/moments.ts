/** A moment in the time zone of the reader: `2026-11-26 17:28:44.123`. Milliseconds since the epoch, or RFC 3339. */
export function momentText(moment: number | string): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return String(moment);
  const day = [date.getFullYear(), padded(date.getMonth() + 1), padded(date.getDate())].join("-");
  return `${day} ${clockText(date)}`;
}

/** Only the time of the day: `17:28:44.123`. */
export function clockText(moment: number | string | Date): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return String(moment);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => padded(part)).join(":");
  return `${time}.${padded(date.getMilliseconds(), 3)}`;
}

/** The same moment everywhere, for a `datetime` or a title. */
export function utcText(moment: number | string): string {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? String(moment) : date.toISOString();
}

export function millisecondsOf(moment: number | string): number {
  return typeof moment === "number" ? moment : Date.parse(moment);
}

function padded(amount: number, digits = 2): string {
  return String(amount).padStart(digits, "0");
}
