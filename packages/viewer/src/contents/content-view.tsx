import type { ReportContent, ReportRun } from "@dad/protocol";
import { bytesText } from "../format/amounts.ts";
import { DiffText } from "../diff/diff-view.tsx";
import { JsonTree } from "../json/json-tree.tsx";
import { LongText } from "../text/long-text.tsx";
import { contentKind, contentOf, jsonOf, stateText } from "./content-of.ts";
import { bytesOf, hexDump } from "./hex-dump.ts";
import { PictureOf } from "./picture.tsx";

export interface ContentViewProps {
  readonly run: Pick<ReportRun, "contents">;
  readonly digest: string;
  /** What it is called. */
  readonly name: string;
}

/** Some content as what it is: a tree of JSON, a text, a diff, a picture, or bytes; and why it is not all there. */
export function ContentView({ run, digest, name }: ContentViewProps) {
  const content = contentOf(run, digest);
  const state = stateText(content);
  return (
    <div class="content">
      {state !== undefined && (
        <p class="note">
          {state}
          {content?.state === "left" && ` It has ${bytesText(content.size)}.`}
        </p>
      )}
      {content && <KnownContent content={content} name={name} />}
    </div>
  );
}

const MOST_BYTES = 4096;

function KnownContent({ content, name }: { readonly content: ReportContent; readonly name: string }) {
  const { text = "", data = "", mediaType, size } = content;
  switch (contentKind(content)) {
    case "json":
      return <JsonTree value={jsonOf(content)?.value ?? null} label={name} />;
    case "diff":
      return <DiffText patch={text} label={name} />;
    case "text":
      return <LongText text={text} label={name} isCode={!/^text\/(plain|markdown)/.test(mediaType)} />;
    case "image":
      return <PictureOf mediaType={mediaType} base64={data} alt={name} />;
    case "bytes": {
      const bytes = bytesOf(data, MOST_BYTES);
      if (!bytes) return <p class="note">This content is not as the report should have it.</p>;
      const more = size > bytes.length ? `The first ${bytesText(bytes.length)} of ${bytesText(size)}.` : undefined;
      return <LongText text={hexDump(bytes)} label={`bytes of ${name}`} isCode cut={more} />;
    }
    default:
      return null;
  }
}
