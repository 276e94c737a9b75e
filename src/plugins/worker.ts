// A thread that runs a program given as text, seen from the service. Whatever the program does, an endless loop or
// `process.exit` included, ends this thread and nothing else. Once it is ended, nothing is heard of it.

export interface WorkerEvents<Report> {
  report(report: Report): void;
  /** It ended, or threw where nobody catches. */
  died(reason: string): void;
}

export class PluginWorker<Order, Report> {
  #worker: Worker;
  #url: string;
  #ended = false;

  /** @param source TypeScript that imports nothing at run time */
  constructor(source: string, events: WorkerEvents<Report>) {
    this.#url = URL.createObjectURL(new Blob([source], { type: "application/typescript" }));
    this.#worker = new Worker(this.#url);
    this.#worker.onmessage = ({ data }: MessageEvent<Report>) => {
      if (!this.#ended) events.report(data);
    };
    const died = (reason: string) => {
      if (this.#ended) return;
      this.end();
      events.died(reason);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      died(event.message);
    };
    this.#worker.addEventListener("close", () => died("its thread ended"));
  }

  post(order: Order): void {
    if (!this.#ended) this.#worker.postMessage(order);
  }

  /** At once. May be called twice. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    URL.revokeObjectURL(this.#url);
    this.#worker.terminate();
  }
}
