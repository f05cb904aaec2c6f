// Check: every TypeScript snippet of the documentation compiles against the sources and runs to its end.
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { ROOT } from "./clone.ts";
import { runCommand } from "./command.ts";
import { report } from "./report.ts";
import { homeOf, moduleOf, type Snippet, snippetsOf, unknownFences } from "./snippet.ts";

const DOCUMENTS = ["README.md", "CONTRIBUTING.md", "docs/**/*.md", "{packages,apps}/*/README.md"];
/** A snippet that has not ended by then waits for something that never comes. */
const TIMEOUT_MS = 60_000;

const documents = globSync(DOCUMENTS, { cwd: ROOT }).toSorted();
const fences = documents.flatMap((file) =>
  unknownFences(readFileSync(join(ROOT, file), "utf8")).map((words) => `${file}: unknown fence \`\`\`${words}`),
);
const snippets = documents.flatMap((file) => snippetsOf(file, readFileSync(join(ROOT, file), "utf8")));
const homes = new Set(snippets.map(homeOf));

function moduleFile(snippet: Snippet): string {
  return join(homeOf(snippet), `${snippet.file.replaceAll(/[^a-z0-9]+/gi, "-")}-${snippet.line}.ts`);
}

/** What a tool says about a module, said about the Markdown file. */
function aboutDocuments(output: string): string {
  return snippets.reduce(
    (text, snippet) => text.replaceAll(join(ROOT, moduleFile(snippet)), snippet.file).replaceAll(moduleFile(snippet), snippet.file),
    output,
  );
}

async function typeProblems(): Promise<string[]> {
  const directory = join(ROOT, "tools/gate/.snippets");
  const config = join(directory, "tsconfig.json");
  mkdirSync(directory, { recursive: true });
  homes.add(relative(ROOT, directory));
  const compilerOptions = { composite: false, noEmit: true, noUnusedLocals: false, declarationMap: false, emitDeclarationOnly: false };
  const files = snippets.map((snippet) => join(ROOT, moduleFile(snippet)));
  writeFileSync(config, JSON.stringify({ extends: join(ROOT, "tsconfig.base.json"), compilerOptions, files }));
  const { code, output } = await runCommand(["tsc", "--project", config, "--pretty", "false"]);
  return code === 0 ? [] : [aboutDocuments(output).trimEnd()];
}

async function runProblem(snippet: Snippet): Promise<string | undefined> {
  const directory = mkdtempSync(join(tmpdir(), "dad-snippet-"));
  try {
    const command = ["node", "--conditions=@dad/source", join(ROOT, moduleFile(snippet))] as const;
    const { code, output } = await runCommand(command, { cwd: directory, timeoutMs: TIMEOUT_MS });
    return code === 0 ? undefined : `${snippet.file}:${snippet.line} ended with ${code}\n${aboutDocuments(output).trimEnd()}`;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

try {
  for (const home of homes) mkdirSync(join(ROOT, home), { recursive: true });
  for (const snippet of snippets) writeFileSync(join(ROOT, moduleFile(snippet)), moduleOf(snippet));
  const types = snippets.length === 0 ? [] : await typeProblems();
  const runs: (string | undefined)[] = [];
  for (const snippet of snippets.filter(({ run }) => run)) runs.push(await runProblem(snippet));
  report(
    [...fences, ...types, ...runs.filter((problem) => problem !== undefined)],
    `${snippets.length} snippets in ${documents.length} documents compile, ${runs.length} ran`,
  );
} finally {
  for (const home of homes) rmSync(join(ROOT, home), { recursive: true, force: true });
}
