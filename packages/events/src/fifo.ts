/** What comes first leaves first, however many wait. */
export interface Fifo<Item> {
  readonly size: number;
  push(item: Item): void;
  shift(): Item | undefined;
  /** Forgets all up to the last one that matches, and gives that. */
  dropThrough(matches: (item: Item) => boolean): Item | undefined;
  clear(): void;
}

/** So many places in front may be empty before they are given back. An array that is shifted moves all that is in it. */
const EMPTY_PLACES = 1000;

export function fifo<Item>(): Fifo<Item> {
  let items: (Item | undefined)[] = [];
  let head = 0;

  function moveTo(index: number): void {
    head = index;
    if (head < items.length && (head < EMPTY_PLACES || head * 2 < items.length)) return;
    items = items.slice(head);
    head = 0;
  }

  return {
    get size() {
      return items.length - head;
    },
    push(item) {
      items.push(item);
    },
    shift() {
      if (head === items.length) return undefined;
      const item = items[head];
      items[head] = undefined;
      moveTo(head + 1);
      return item;
    },
    dropThrough(matches) {
      const index = items.findLastIndex((item, at) => at >= head && matches(item as Item));
      if (index === -1) return undefined;
      const item = items[index];
      items.fill(undefined, head, index + 1);
      moveTo(index + 1);
      return item;
    },
    clear() {
      items = [];
      head = 0;
    },
  };
}
