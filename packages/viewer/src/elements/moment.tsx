import { clockText, momentText, utcText } from "../format/moments.ts";

/** A moment in the time zone of the reader; what it points to has the same everywhere. */
export function Moment({ at, short = false }: { readonly at: number | string; readonly short?: boolean }) {
  return (
    <time dateTime={utcText(at)} title={utcText(at)}>
      {short ? clockText(at) : momentText(at)}
    </time>
  );
}
