import type { RunEvent, UnknownEvent } from "@dad/protocol";
import { EventEmitter } from "eventemitter3";
import { patternsOf } from "./type-pattern.ts";

/** An event on its way. */
export interface Letter {
  readonly event: RunEvent | UnknownEvent;
  /** Of whom it tells, when it tells of one of the listeners. */
  readonly about: object | undefined;
  /** What is handed out, once somebody wants it. */
  copy: RunEvent | UnknownEvent | undefined;
}

/** Those who listen, by the pattern of the types that they want. */
export interface Listeners {
  emit(letter: Letter): void;
  /** The listener only fills a queue: it does not throw, and no handler runs inside `emit`. */
  add(pattern: string, listener: (letter: Letter) => void): () => void;
}

/** Types of any number of newer versions and plugins may come along. */
const MOST_ROUTES = 1000;

export function listeners(): Listeners {
  /** Its event names are type patterns. */
  const emitter = new EventEmitter<Record<string, (letter: Letter) => void>>();
  /** Those of one pattern are one listener of the emitter, which would take the square of their number to remove them one by one. */
  const groups = new Map<string, Set<(letter: Letter) => void>>();
  /** Which patterns that somebody listens to match a type: looked up once for each, until that changes. */
  const routes = new Map<string, readonly string[]>();

  function routeOf(type: string): readonly string[] {
    const known = routes.get(type);
    if (known) return known;
    if (routes.size === MOST_ROUTES) routes.clear();
    const route = [...patternsOf(type)].filter((pattern) => groups.has(pattern));
    routes.set(type, route);
    return route;
  }

  function groupOf(pattern: string): Set<(letter: Letter) => void> {
    const known = groups.get(pattern);
    if (known) return known;
    const group = new Set<(letter: Letter) => void>();
    groups.set(pattern, group);
    routes.clear();
    emitter.on(pattern, (letter) => {
      for (const listener of group) listener(letter);
    });
    return group;
  }

  return {
    emit(letter) {
      for (const pattern of routeOf(letter.event.type)) emitter.emit(pattern, letter);
    },
    add(pattern, listener) {
      const group = groupOf(pattern);
      group.add(listener);
      return () => {
        if (!group.delete(listener) || group.size > 0) return;
        groups.delete(pattern);
        routes.clear();
        emitter.removeAllListeners(pattern);
      };
    },
  };
}
