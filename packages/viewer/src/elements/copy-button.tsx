import { useState } from "preact/hooks";

export interface CopyButtonProps {
  /** What takes long to make is made when it is asked for. */
  readonly text: string | (() => string);
  /** What is copied, for those who hear it. */
  readonly what: string;
  readonly label?: string;
}

type Copied = "no" | "yes" | "failed";
const LABELS = { yes: "Copied", failed: "Could not copy" } as const;

/** Puts a text into the clipboard as it is: what is shown for hidden characters is not in it. */
export function CopyButton({ text, what, label = "Copy" }: CopyButtonProps) {
  const [copied, setCopied] = useState<Copied>("no");
  const copy = async (): Promise<void> => {
    try {
      // A browser may have no clipboard for this page, and a value may be too deep to be written.
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setCopied("yes");
    } catch {
      setCopied("failed");
    }
  };
  return (
    <button type="button" class="quiet copy" aria-label={`${label} ${what}`} onClick={() => void copy()} onBlur={() => setCopied("no")}>
      <span aria-live="polite">{copied === "no" ? label : LABELS[copied]}</span>
    </button>
  );
}
