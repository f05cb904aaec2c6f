/**
 * A text of somebody whom nobody has to trust, for people and for models: without what terminals obey, and without what is not
 * seen or reorders what is seen (Unicode general categories Cc and Cf, but for line breaks, tabs and joiners).
 */
export function plainText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/(?![\n\t\u200C\u200D])[\p{Cc}\p{Cf}]/gu, "");
}
