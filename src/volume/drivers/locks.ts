// One at a time, by key; first come, first served.

export class KeyedLock {
  #turns = new Map<string, Promise<void>>();

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(key) ?? Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const turn = before.then(() => promise);
    this.#turns.set(key, turn);
    await before;
    try {
      return await work();
    } finally {
      resolve();
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    }
  }
}
