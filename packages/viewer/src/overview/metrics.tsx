import type { Json, ReportMetric } from "@dad/protocol";
import { Section } from "../elements/facts.tsx";
import { ShownText } from "../text/shown-text.tsx";
import { metricText, metricTitle } from "./metric-text.ts";

/** All metrics of the run, as they were in the end. */
export function Metrics({ metrics }: { readonly metrics: readonly ReportMetric[] }) {
  if (metrics.length === 0) return null;
  return (
    <Section title="Metrics" aside={`${metrics.length}`}>
      <div class="scrolls" role="region" aria-label="Table of metrics" tabIndex={0}>
        <table class="metrics">
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col">Of</th>
              <th scope="col">Value</th>
              <th scope="col">Distribution</th>
            </tr>
          </thead>
          <tbody>
            {metrics.map((metric, index) => (
              <tr key={index}>
                <th scope="row" title={metric.description}>
                  <ShownText text={metric.name} />
                </th>
                <td>
                  <MetricAttributes attributes={metric.attributes} />
                </td>
                <td class="amount">{metricText(metric)}</td>
                <td>
                  <Distribution metric={metric} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function MetricAttributes({ attributes }: { readonly attributes: Readonly<Record<string, Json>> }) {
  return (
    <span class="metric-attributes">
      {Object.entries(attributes).map(([name, value]) => (
        <span key={name} title={name}>
          <ShownText text={typeof value === "string" ? value : JSON.stringify(value)} />
        </span>
      ))}
    </span>
  );
}

const BAR = 7;
const HEIGHT = 22;

/** How many values were between which bounds. */
function Distribution({ metric: { bounds, buckets, unit } }: { readonly metric: ReportMetric }) {
  if (!bounds || !buckets || buckets.length === 0) return null;
  const most = Math.max(1, ...buckets);
  const titles = buckets.map((count, index) => metricTitle({ bounds, index, count, unit }));
  return (
    <svg
      class="distribution"
      width={buckets.length * BAR}
      height={HEIGHT}
      role="img"
      aria-label={titles.filter((_, index) => buckets[index] !== 0).join("; ")}
    >
      {buckets.map((count, index) => {
        const height = count === 0 ? 1 : 3 + (count / most) * (HEIGHT - 3);
        return (
          <rect key={index} class={count === 0 ? "none" : ""} x={index * BAR} y={HEIGHT - height} width={BAR - 1} height={height}>
            <title>{titles[index]}</title>
          </rect>
        );
      })}
    </svg>
  );
}
