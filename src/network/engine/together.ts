// Work on the host that goes on side by side. A failure ends nothing else: whoever looks at the host next finds nobody
// still at work on it.

/** Waits for all. @throws the first failure */
export async function all<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(work);
  return outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}

/** So many programs are run at a time. */
const AT_ONCE = 4;

/** Does `work` for every item, a few at a time. @throws the first failure, after trying all */
export async function each<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const problems: unknown[] = [];
  const worker = async () => {
    while (waiting.length > 0) {
      const item = waiting.shift() as T;
      await work(item).catch((error) => problems.push(error));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (problems.length > 0) throw problems[0];
}
