import type { ArtifactEntry, ReportRun } from "@dad/protocol";
import { useState } from "preact/hooks";
import { contentOf } from "../contents/content-of.ts";
import { ContentView } from "../contents/content-view.tsx";
import { CopyButton } from "../elements/copy-button.tsx";
import { Facts } from "../elements/facts.tsx";
import { bytesText } from "../format/amounts.ts";
import { ShownText } from "../text/shown-text.tsx";

/** All that an attempt recorded, each of which can be opened. */
export function Artifacts({ run, artifacts }: { readonly run: Pick<ReportRun, "contents">; readonly artifacts: readonly ArtifactEntry[] }) {
  return (
    <ul class="plain artifacts">
      {artifacts.map((artifact) => (
        <Artifact key={artifact.name} run={run} artifact={artifact} />
      ))}
    </ul>
  );
}

function Artifact({ run, artifact }: { readonly run: Pick<ReportRun, "contents">; readonly artifact: ArtifactEntry }) {
  const { name, mediaType, digest, size, path } = artifact;
  // What was never opened is not rendered.
  const [isOpen, setOpen] = useState(false);
  const state = contentOf(run, digest)?.state ?? "left";
  return (
    <li>
      <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span class="artifact-name">
            <ShownText text={name} />
          </span>
          <span class="dim">
            <ShownText text={mediaType} />
          </span>
          {state !== "whole" && <span class={`badge is-${state}`}>{STATES[state]}</span>}
          <span class="artifact-size">{bytesText(size)}</span>
        </summary>
        {isOpen && (
          <div class="artifact-body">
            <Facts
              facts={[
                ["File", <ShownText key="path" text={path} />],
                [
                  "Digest",
                  <span key="digest">
                    <code class="digest">{digest}</code> <CopyButton text={digest} what="digest" />
                  </span>,
                ],
              ]}
            />
            <ContentView run={run} digest={digest} name={name} />
          </div>
        )}
      </details>
    </li>
  );
}

const STATES = { cut: "cut", missing: "missing", damaged: "damaged", left: "not in the report" } as const;
