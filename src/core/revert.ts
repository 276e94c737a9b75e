// An undo stack for anything with more than one side effect (the idea of incus' `shared/revert`).
//
//   await using undo = new Revert(log);
//   await createBridge(); undo.add("bridge", () => removeBridge());
//   await startDnsmasq(); undo.add("dnsmasq", () => stopDnsmasq());
//   undo.commit();   // keep everything

import type { Logger } from "./log.ts";

interface Step {
  what: string;
  undo: () => void | Promise<void>;
}

export class Revert implements AsyncDisposable {
  #steps: Step[] = [];
  #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Remembers how to undo what was just done. `what` names it in the log when the undoing itself fails. */
  add(what: string, undo: () => void | Promise<void>): void {
    this.#steps.push({ what, undo });
  }

  /** Everything stands: nothing will be undone. */
  commit(): void {
    this.#steps = [];
  }

  /** Undoes in reverse order. A step that fails is logged and does not stop the others. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step.undo();
      } catch (error) {
        this.#log.error(null, `Undoing ${step.what} failed`, error);
      }
    }
  }
}
