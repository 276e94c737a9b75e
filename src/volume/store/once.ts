// Statements are prepared when they are first used: a service starts without those it may never need.

export function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
