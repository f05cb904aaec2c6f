import type { ReportRun, RunReport } from "@dad/protocol";
import { contentOf, jsonOf, stateText } from "../contents/content-of.ts";
import { Facts, Section } from "../elements/facts.tsx";
import { Moment } from "../elements/moment.tsx";
import { bytesText } from "../format/amounts.ts";
import { JsonTree } from "../json/json-tree.tsx";
import { hrefOf } from "../route.ts";
import { ShownText } from "../text/shown-text.tsx";

export function RunHead({ report: { run, generatedAt } }: { readonly report: RunReport }) {
  const { rootComponentId, startedAt, endedAt, status } = run.details;
  return (
    <header class="run-head">
      <h1>
        <ShownText text={rootComponentId} />
      </h1>
      <p class="dim">
        <Moment at={startedAt} />
        {" – "}
        {endedAt === null ? (
          <>
            not ended, as seen <Moment at={generatedAt} />
          </>
        ) : (
          <Moment at={endedAt} />
        )}
      </p>
      {REASONS.has(status) && <p class="run-reason">{REASONS.get(status)}</p>}
    </header>
  );
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["interrupted", "Nobody works on it, and nobody saw it end: its process was killed, or its machine went down."],
  ["running", "It goes on: this is how it stood when the report was made."],
  ["waiting", "Nothing in it can go on before somebody answers, and nobody works on it until then."],
  ["cancelled", "It was cancelled before it came to its end."],
]);

/** What the run was given when it was made. */
export function StaticInputs({ run }: { readonly run: ReportRun }) {
  const started = run.events.find(({ type }) => type === "run.started");
  const given = started?.type === "run.started" ? started : undefined;
  const inputs = given && "inputs" in given ? (given.inputs as { readonly digest: string } | undefined) : undefined;
  const files = given && "inputFiles" in given ? (given.inputFiles as readonly { readonly name: string; readonly size: number }[]) : [];
  const content = inputs && contentOf(run, inputs.digest);
  const value = jsonOf(content);
  const set = run.details.rerun?.set;
  if (!inputs && files.length === 0 && !set) return null;
  return (
    <Section title="Given to the run" class="is-wide">
      {value ? <JsonTree value={value.value} label="static inputs" isBare /> : inputs && <p class="note">Static inputs: {stateText(content)}</p>}
      {set && (
        <>
          <h3>Set for this re-run</h3>
          <JsonTree value={set} label="settings that were set" levels={3} isBare />
        </>
      )}
      {files.length > 0 && (
        <ul class="plain">
          {files.map(({ name, size }) => (
            <li key={name}>
              <ShownText text={name} /> <span class="dim">{bytesText(size)}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** Where and with what the run was executed. */
export function Origins({ report: { run, version, generatedAt } }: { readonly report: RunReport }) {
  const { details } = run;
  const { source, outcome, start, traceparent } = details;
  const text = (value: string | undefined) => (value === undefined ? undefined : <ShownText text={value} />);
  return (
    <Section title="Where and with what">
      <Facts
        facts={[
          ["Directory", text(details.runDir)],
          ["Workspace", text(details.workspace)],
          ["Agent", text(source?.file)],
          ["Profile", text(source?.profile)],
          ["Project", text(source?.project)],
          ["Started from", start && <Commit {...(start.source ?? start)} branch={start.source?.revision ?? start.branch} />],
          [
            "Outcome",
            outcome && (
              <a href={hrefOf({ view: "outcome" })}>
                <Commit {...outcome} />
              </a>
            ),
          ],
          ["Isolation", details.spaces && <Spaces spaces={details.spaces} />],
          ["Machine", run.runtime && <ShownText text={`Node ${run.runtime.node} on ${run.runtime.platform}, ${run.runtime.arch}`} />],
          ["Execution", text(details.executionId)],
          ["Trace", text(traceparent?.split("-")[1])],
          [
            "Report",
            <>
              made <Moment at={generatedAt} /> by dad {version}
            </>,
          ],
        ]}
      />
    </Section>
  );
}

function Commit({ branch, commit }: { readonly branch: string; readonly commit: string }) {
  return (
    <>
      <ShownText text={branch} /> <code class="dim">{commit.slice(0, 10)}</code>
    </>
  );
}

function Spaces({ spaces }: { readonly spaces: NonNullable<ReportRun["details"]["spaces"]> }) {
  return (
    <ul class="plain">
      {spaces.map(({ adapter, preset, network, degraded = [] }) => (
        <li key={`${adapter} ${preset} ${network}`}>
          {adapter}, {preset}, network {network}
          {degraded.length > 0 && <span class="warn"> without {degraded.join(", ")}</span>}
        </li>
      ))}
    </ul>
  );
}
