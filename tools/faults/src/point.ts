import { createHash } from "node:crypto";

/** One thing that may happen to a run, and what has to hold afterwards. */
export interface Point {
  /** Says which one it is, such that it can be found again. */
  readonly name: string;
  /** It is in each sample, as it is of what nothing else tries. */
  readonly always?: boolean;
  /** Rejects with what does not hold. */
  readonly attempt: () => Promise<void>;
}

/** All that is tried of one kind. */
export interface Kind {
  readonly name: string;
  /** Completes "<number> of <number> times that …". */
  readonly tries: string;
  /** How many of its points are tried when not all are asked for: to try them all takes long. Default: all. */
  readonly sample?: number;
  /** What they need until all have been tried is gone with the scope. */
  points(seed: number, scope: AsyncDisposableStack): Promise<readonly Point[]>;
}

export interface TrialOptions {
  /** Decides in which order points are tried, and whatever else is left to chance. */
  readonly seed: number;
  /** Begins no more points after this time, in milliseconds. Default: none. */
  readonly budgetMs?: number;
  /** How many points of each kind are tried at most. Default: what the kind says. */
  readonly most?: number;
  /** How many points are tried at the same time. */
  readonly width: number;
}

export interface KindReport {
  readonly kind: Kind;
  readonly all: number;
  readonly tried: number;
  readonly failures: readonly PointFailure[];
}

export interface PointFailure {
  readonly name: string;
  readonly error: unknown;
}

/**
 * Tries the points of all kinds in one order, that the seed gives: some work in this process and some in others, which fills
 * all cores, and a part of them is a fair sample.
 */
export async function tryPoints(
  kinds: readonly Kind[],
  { seed, budgetMs = Number.POSITIVE_INFINITY, most, width }: TrialOptions,
): Promise<readonly KindReport[]> {
  await using scope = new AsyncDisposableStack();
  const end = performance.now() + budgetMs;
  const reports = kinds.map((kind) => ({ kind, all: 0, tried: 0, failures: [] as PointFailure[] }));
  const waiting: { readonly point: Point; readonly report: (typeof reports)[number] }[] = [];
  for (const report of reports) {
    const points = await report.kind.points(seed, scope);
    report.all = points.length;
    const sample = sampleOf(points, { seed, most: most ?? report.kind.sample });
    waiting.push(...sample.map((point) => ({ point, report })));
  }
  const order = shuffled(waiting, seed);
  const worker = async () => {
    for (let next = order.pop(); next && performance.now() < end; next = order.pop()) {
      const { point, report } = next;
      report.tried++;
      await point.attempt().catch((error: unknown) => report.failures.push({ name: point.name, error }));
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return reports;
}

function sampleOf(points: readonly Point[], { seed, most }: { readonly seed: number; readonly most: number | undefined }): Point[] {
  const { always = [], other = [] } = Object.groupBy(shuffled(points, seed), (point) => (point.always ? "always" : "other"));
  return [...always, ...other].slice(0, most);
}

function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const chance = chanceOf(seed);
  return items
    .map((item) => ({ item, rank: chance() }))
    .toSorted((left, right) => left.rank - right.rank)
    .map(({ item }) => item);
}

/** Numbers from 0 to below 1 that follow from the seed. */
export function chanceOf(seed: number | string): () => number {
  let drawn = 0;
  return () => createHash("sha256").update(`${seed} ${drawn++}`).digest().readUInt32BE() / 2 ** 32;
}
