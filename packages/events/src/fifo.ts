/**
 * What comes first leaves first, however many wait: a ring, because an array that is shifted moves all that is in it. Data and
 * functions, so that a step of it costs next to nothing. Only the functions here change it.
 */
export interface Fifo<Item> {
  places: (Item | undefined)[];
  head: number;
  size: number;
}

/** A power of two: places are found by their last bits. */
const FEWEST_PLACES = 8;
/** So many are kept when all have left, to be used again. */
const PLACES_KEPT = 1024;

export function fifo<Item>(): Fifo<Item> {
  return { places: placesFor(FEWEST_PLACES), head: 0, size: 0 };
}

export function firstOf<Item>({ places, head }: Fifo<Item>): Item | undefined {
  return places[head];
}

export function push<Item>(ring: Fifo<Item>, item: Item): void {
  if (ring.size === ring.places.length) grow(ring);
  ring.places[(ring.head + ring.size) & (ring.places.length - 1)] = item;
  ring.size += 1;
}

export function shift<Item>(ring: Fifo<Item>): Item | undefined {
  if (ring.size === 0) return undefined;
  const item = ring.places[ring.head];
  ring.places[ring.head] = undefined;
  ring.head = (ring.head + 1) & (ring.places.length - 1);
  ring.size -= 1;
  if (ring.size === 0 && ring.places.length > PLACES_KEPT) clear(ring);
  return item;
}

/** Forgets all up to the last one that matches, and gives that. */
export function dropThrough<Item>(ring: Fifo<Item>, matches: (item: Item) => boolean): Item | undefined {
  const { places, head, size } = ring;
  let last = size - 1;
  while (last >= 0 && !matches(places[(head + last) & (places.length - 1)] as Item)) last -= 1;
  let item: Item | undefined;
  for (; last >= 0; last--) item = shift(ring);
  return item;
}

export function clear<Item>(ring: Fifo<Item>): void {
  Object.assign(ring, { places: placesFor<Item>(FEWEST_PLACES), head: 0, size: 0 });
}

function grow<Item>(ring: Fifo<Item>): void {
  const { places, head } = ring;
  const ordered = [...places.slice(head), ...places.slice(0, head)];
  ring.places = [...ordered, ...placesFor<Item>(places.length)];
  ring.head = 0;
}

function placesFor<Item>(count: number): (Item | undefined)[] {
  return Array.from<undefined>({ length: count }).fill(undefined);
}
