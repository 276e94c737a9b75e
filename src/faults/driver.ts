// A driver whose operations can be made to fail: what it is asked passes the seam first, while there is a rule.

import type { FaultSeam } from "./book.ts";

/** What gives its answer at once and cannot wait at a seam. */
const AT_ONCE = new Set(["listen", "migrationTarget", "formatFor", "accepts", "formatOf"]);

type Operation = (...args: unknown[]) => unknown;

/**
 * @param kind `compute`
 * @param at the host or the back end
 */
export function faultyDriver<D extends object>(
  driver: D,
  kind: "compute" | "volume",
  at: string,
  faults: FaultSeam | null,
): D {
  if (!faults) return driver;
  const wrapped = new Map<PropertyKey, Operation>();
  return new Proxy(driver, {
    get(target, name) {
      const known = wrapped.get(name);
      if (known) return known;
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function" || typeof name !== "string") return value;
      const plain: Operation = (...args) => Reflect.apply(value, target, args);
      const guarded: Operation = (...args) =>
        faults.active ? passed(faults, `${kind}.${name}@${at}`, () => plain(...args)) : plain(...args);
      const operation = AT_ONCE.has(name) ? plain : guarded;
      wrapped.set(name, operation);
      return operation;
    },
  });
}

/** A call that is lost is never answered; the caller would wait for ever, so it is told as a driver's loss is. */
async function passed(faults: FaultSeam, point: string, work: () => unknown): Promise<unknown> {
  if (!(await faults.pass(point))) throw new Error(`${point}: no answer`);
  return work();
}
