import type { FingerprintChange, Json, NodeFingerprint } from "@dad/protocol";

export interface FingerprintRow {
  readonly component: string;
  readonly value: Json | undefined;
  /** What it was in the other run, where it differs. */
  readonly before?: Json | undefined;
  readonly differs: boolean;
}

/** The components of a fingerprint, those that differ first. */
export function fingerprintRows(fingerprint: NodeFingerprint, changes: readonly FingerprintChange[]): readonly FingerprintRow[] {
  const { digest, code, resources = {}, workspace, inputFiles } = fingerprint;
  const components: readonly (readonly [component: string, value: Json | undefined])[] = [
    ["digest", digest],
    ["code.type", code.type],
    ["code.version", code.version],
    ["code.source", code.source],
    ...Object.entries(resources).map(([name, value]) => [`resources.${name}`, value] as const),
    ["workspace", workspace],
    ["inputFiles", inputFiles],
  ];
  const changed = new Set(changes.map(({ component }) => component));
  return [
    ...changes.map(({ component, before, after }) => ({ component, value: after, before, differs: true })),
    ...components.flatMap(([component, value]) => (value === undefined || changed.has(component) ? [] : [{ component, value, differs: false }])),
  ];
}
