// Faults on purpose, for drills: an operator says that a point fails, is slow or loses what it gets, always or at some
// rate. Points are the cloud's own seams, by name:
//   compute.spawn@c01     an operation of the compute driver, on one host or (without @) on all
//   volume.create@lvmdriver-1   an operation of the volume driver, of one back end
//   bus.compute.c01.build_instance    a message when it is delivered: bus.TOPIC.METHOD
//   http.n-api            a request to a service, by its window
// A rule's point may hold `*`. Nothing is looked up while there is no rule.

import { type Clock, systemClock } from "../core/clock.ts";
import { Conflict, errorOf, NotFound } from "../core/errors.ts";
import { peerKey } from "../core/peers.ts";

export type FaultKind = "error" | "slow" | "drop";

export interface FaultSpec {
  /** `compute.spawn`, `bus.*` */
  point: string;
  kind: FaultKind;
  /** From 0 to 1: how often it strikes. */
  rate: number;
  /** How long it takes, when it is slow. */
  seconds: number;
  /** What the error says. */
  message: string;
  /** Ends after so many strikes; null: never. */
  times: number | null;
}

export interface Fault extends FaultSpec {
  id: number;
  /** How often it has struck. */
  struck: number;
}

/** What a seam sees of the faults. */
export interface FaultSeam {
  /** False while there is no rule: nothing needs to be asked. */
  readonly active: boolean;
  /**
   * Waits as long as a slow fault takes.
   * @returns false when what came is to be lost
   * @throws FaultInjected
   */
  pass(point: string): Promise<boolean>;
}

export const faultSeam = peerKey<FaultSeam>("stack", "faults");

export class FaultInjected extends errorOf("internal") {}

const SLOW_SECONDS = 5;

export class FaultBook implements FaultSeam {
  #clock: Clock;
  #random: () => number;
  #rules: (Fault & { pattern: RegExp })[] = [];
  #lastId = 0;
  #told: (fault: Fault, point: string) => void;

  constructor(
    options: { clock?: Clock; random?: () => number; struck?: (fault: Fault, point: string) => void } = {},
  ) {
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#told = options.struck ?? (() => {});
  }

  get active(): boolean {
    return this.#rules.length > 0;
  }

  /** @throws Conflict for a rule that makes no sense */
  add(spec: Pick<FaultSpec, "point"> & Partial<FaultSpec>): Fault {
    const { point, kind = "error", rate = 1, seconds = SLOW_SECONDS, times = null } = spec;
    if (!/^(compute|volume|bus|http|\*)([.@*].*)?$/.test(point)) {
      throw new Conflict(`no point is called ${point}: compute.*, volume.*, bus.*, http.*`);
    }
    if (!(rate > 0 && rate <= 1)) throw new Conflict(`a rate is more than 0 and at most 1, not ${rate}`);
    if (!(seconds >= 0)) throw new Conflict(`seconds are 0 or more, not ${seconds}`);
    if (times !== null && !(times >= 1)) throw new Conflict(`times are 1 or more, not ${times}`);
    const fault: Fault = {
      id: ++this.#lastId,
      point,
      kind,
      rate,
      seconds,
      message: spec.message ?? `fault ${this.#lastId}: ${point} fails on purpose`,
      times,
      struck: 0,
    };
    this.#rules.push({ ...fault, pattern: patternOf(point) });
    return fault;
  }

  list(): Fault[] {
    return this.#rules.map(({ pattern: _, ...fault }) => fault);
  }

  /** @throws NotFound */
  remove(id: number): void {
    if (!this.#rules.some((rule) => rule.id === id)) throw new NotFound(`there is no fault ${id}`);
    this.#rules = this.#rules.filter((rule) => rule.id !== id);
  }

  clear(): void {
    this.#rules = [];
  }

  async pass(point: string): Promise<boolean> {
    for (const rule of this.#rules.filter(({ pattern }) => pattern.test(point))) {
      if (rule.rate < 1 && this.#random() >= rule.rate) continue;
      rule.struck++;
      if (rule.times !== null && rule.struck >= rule.times) {
        this.#rules = this.#rules.filter((other) => other !== rule);
      }
      this.#told(rule, point);
      if (rule.kind === "slow") await this.#clock.sleep(rule.seconds * 1000);
      else if (rule.kind === "drop") return false;
      else throw new FaultInjected(rule.message);
    }
    return true;
  }
}

/** `compute.spawn` is also `compute.spawn@c01`; `*` stands for any text. */
function patternOf(point: string): RegExp {
  const text = point.split("*").map(RegExp.escape).join(".*");
  return new RegExp(`^${text}${point.includes("@") ? "" : "(@.*)?"}$`);
}
