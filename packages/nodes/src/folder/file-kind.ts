import type { OutlineLanguage } from "./outline/outline-item.ts";

const ENDINGS: Readonly<Record<string, string>> = {
  c: "c",
  cc: "cpp",
  cjs: "javascript",
  cpp: "cpp",
  cs: "csharp",
  css: "css",
  cts: "typescript",
  csv: "csv",
  go: "go",
  h: "c",
  hpp: "cpp",
  htm: "html",
  html: "html",
  ini: "ini",
  java: "java",
  js: "javascript",
  json: "json",
  jsonc: "json",
  jsonl: "json",
  jsx: "javascript",
  kt: "kotlin",
  lua: "lua",
  markdown: "markdown",
  md: "markdown",
  mjs: "javascript",
  mts: "typescript",
  php: "php",
  py: "python",
  pyi: "python",
  rb: "ruby",
  rs: "rust",
  scss: "css",
  sh: "shell",
  sql: "sql",
  svg: "xml",
  swift: "swift",
  toml: "toml",
  ts: "typescript",
  tsx: "tsx",
  xml: "xml",
  yaml: "yaml",
  yml: "yaml",
};

const OUTLINED = new Set<string>(["javascript", "markdown", "python", "tsx", "typescript"] satisfies OutlineLanguage[]);

/** What a file is by the ending of its name: a language, or `text`. */
export function kindOf(path: string): string {
  const ending = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(ENDINGS, ending) ? (ENDINGS[ending] ?? "text") : "text";
}

/** The language of a file that can have an outline. */
export function outlineLanguageOf(path: string): OutlineLanguage | undefined {
  const kind = kindOf(path);
  return OUTLINED.has(kind) ? (kind as OutlineLanguage) : undefined;
}
