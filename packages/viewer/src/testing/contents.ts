/** Texts that do harm wherever somebody takes them for more than texts. Each sets `window.hacked`, if it is executed. */
export const HOSTILE_TEXTS: readonly string[] = [
  `</script><script>window.hacked="script"</script>`,
  `"><img src=x onerror="window.hacked='image'">`,
  `<svg onload="window.hacked='svg'"></svg>`,
  `<!--<script>window.hacked="comment"//--></style></title></textarea><script>window.hacked="title"</script>`,
  `[link](javascript:window.hacked="link") ![i](x" onerror="window.hacked=1) <iframe srcdoc="<script>parent.hacked='frame'</script>">`,
  `\${window.hacked="template"} {{constructor.constructor("window.hacked='angular'")()}} <%= hacked %> \u0024{1}`,
  "right to left: \u202Egnp.exe\u202C \u2067שלום עולם\u2069 مرحبا بالعالم, and z\u0335a\u0336l\u0337g\u0338o\u0335",
  "\u001b[31mred\u001b[0m \u0000 \u0007 \uFEFF \u200B\u200D emoji 👩‍👩‍👧‍👦 and 𝕬 \r\n\ttabs\u2028\u2029lines",
  "__proto__ constructor toString hasOwnProperty",
  `a line without an end ${"x".repeat(5_000)}`,
];

export const MARKDOWN = `# Tides

The sea **comes** and it *goes*, [twice a day](https://example.com/tides).

| where | spring | neap |
| ----- | -----: | ---: |
| Brest |  6.1 m | 2.6 m |

1. Look at the moon.
2. Add \`50\` minutes.

\`\`\`js
const next = (high) => new Date(+high + 12.42 * 3_600_000);
\`\`\`

> A lighthouse does not chase ships. <b>No HTML here</b>.
`;

/** A picture of 8 by 8: red and blue. */
export const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAGUlEQVR42mNQcLhwQUEBk2TAKgokGQalDgAibEgBdGAcAAAAAABJRU5ErkJggg==";

export const TYPESCRIPT = `/** When the tide is high next. */
export function nextHighTide(high: Date): Date {
  return new Date(high.getTime() + 12.42 * 3_600_000);
}
`;

export const PATCH = `diff --git a/book/chapter-1.md b/book/chapter-1.md
new file mode 100644
index 0000000..8c7e5a6
--- /dev/null
+++ b/book/chapter-1.md
@@ -0,0 +1,3 @@
+# The sea
+
+It comes and it goes. </script><script>window.hacked="patch"</script>
diff --git a/src/tide.ts b/src/tide.ts
index 257cc56..5716ca5 100644
--- a/src/tide.ts
+++ b/src/tide.ts
@@ -1,4 +1,4 @@
 /** When the tide is high next. */
 export function nextHighTide(high: Date): Date {
-  return new Date(high.getTime() + 12 * 3_600_000);
+  return new Date(high.getTime() + 12.42 * 3_600_000);
 }
diff --git a/old/notes.txt b/old/notes.txt
deleted file mode 100644
index ce01362..0000000
--- a/old/notes.txt
+++ /dev/null
@@ -1 +0,0 @@
-hello
diff --git a/cover.png b/cover.png
new file mode 100644
index 0000000..1b2c3d4
Binary files /dev/null and b/cover.png differ
`;

/** What a program writes that has much to say. */
export function outputOf(lines: number): string {
  return Array.from(
    { length: lines },
    (_, at) => `${String(at + 1).padStart(5)}  \u001b[32m✓\u001b[39m checks what is number ${at + 1} (${(at * 7) % 90} ms)\n`,
  ).join("");
}
