// Which data files are being read. A file of an object that is gone is removed only when nobody reads it any more, so
// that a download that began before an overwrite ends as it began.

export class Readers {
  #count = new Map<string, number>();
  #doomed = new Set<string>();
  #remove: (file: string) => void;

  /** @param remove called when a file that nothing needs has no reader left */
  constructor(remove: (file: string) => void) {
    this.#remove = remove;
  }

  /** Keeps the file until the returned function is called; calling it again does nothing. */
  hold(file: string): () => void {
    this.#count.set(file, (this.#count.get(file) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#count.get(file) ?? 1) - 1;
      if (left > 0) {
        this.#count.set(file, left);
        return;
      }
      this.#count.delete(file);
      if (this.#doomed.delete(file)) this.#remove(file);
    };
  }

  /** Removes the file, now or when its last reader is done. */
  discard(file: string): void {
    if (this.#count.has(file)) this.#doomed.add(file);
    else this.#remove(file);
  }
}
