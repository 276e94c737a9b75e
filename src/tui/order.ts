// The order of the windows: that in which DevStack's stack.sh of Folsom opened them, so that a course's window numbers
// hold; what came later follows, the dashboard last.

const ORDER = [
  ...["key", "g-reg", "g-api", "n-api", "n-cpu", "n-crt", "n-net", "n-sch", "n-novnc", "n-xvnc", "n-cauth"],
  ...["n-obj", "c-api", "c-vol", "c-sch", "swift"],
  ...["n-cond", "n-api-meta", "placement-api", "q-svc", "c-bak"],
];
const LAST = "horizon";

/** Those that are not named here keep their order, before the dashboard. */
export function inDevstackOrder<T extends { window: string }>(services: readonly T[]): T[] {
  const rank = ({ window }: T) => {
    if (window === LAST) return ORDER.length + 1;
    const at = ORDER.indexOf(window);
    return at < 0 ? ORDER.length : at;
  };
  return [...services].sort((a, b) => rank(a) - rank(b));
}
