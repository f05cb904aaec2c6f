/** `src/index.ts` of every package. */
export function barrelText(description: string, ...exports: readonly string[]): string {
  return `/**
 * ${description}
 *
 * @packageDocumentation
 */
${exports.join("\n")}
`;
}

export interface ReadmeSpec {
  readonly name: string;
  readonly description: string;
  /** Code that the gate compiles and runs. */
  readonly snippet: string;
  /** What each code of the package's errors means. */
  readonly codes?: Readonly<Record<string, string>>;
}

export function readmeText({ name, description, snippet, codes = {} }: ReadmeSpec): string {
  const rows = Object.entries(codes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |\n`);
  return `# @dad/${name}

${description}

\`\`\`sh
npm install @dad/${name}
\`\`\`

\`\`\`ts
${snippet}
\`\`\`
${rows.length > 0 ? `\n| code | when |\n|---|---|\n${rows.join("")}` : ""}`;
}
