import type { GenerateOptions } from "../model-resource.ts";

/** The hearer of the pieces of one reply. */
export interface Hearer {
  /** Absent when nobody hears. */
  readonly onPiece: GenerateOptions["onPiece"];
  /** Something of the reply has been told. */
  readonly told: () => boolean;
  /** The hearer has thrown: what fails then is not the model. */
  readonly failed: () => boolean;
  /** Nothing is told any more. */
  readonly close: () => void;
}

export function hearer(onPiece: GenerateOptions["onPiece"]): Hearer {
  let state: "silent" | "told" | "failed" = "silent";
  let open = true;
  const hear: GenerateOptions["onPiece"] =
    onPiece &&
    ((piece) => {
      if (!open) return;
      if (state === "silent") state = "told";
      try {
        onPiece(piece);
      } catch (error) {
        state = "failed";
        throw error;
      }
    });
  return {
    onPiece: hear,
    told: () => state !== "silent",
    failed: () => state === "failed",
    close() {
      open = false;
    },
  };
}
