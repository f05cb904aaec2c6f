import type { OutcomeRepository } from "../outcome-repository.ts";

/** What the parts of the suite get. */
export interface Subject {
  repository(): OutcomeRepository;
  reopen(): Promise<OutcomeRepository>;
  messageOf(commit: string): Promise<string>;
}
