// `${name}` in the texts of a check stands for what the lab knows by that name.

/** The same data with every known `${name}` filled in; unknown ones stay, for the shell. */
export function valuesOf<T>(data: T, variables: Readonly<Record<string, string>>): T {
  return fill(data, variables) as T;
}

function fill(data: unknown, variables: Readonly<Record<string, string>>): unknown {
  if (typeof data === "string") {
    return data.replace(/\$\{(\w+)\}/g, (whole, name: string) => variables[name] ?? whole);
  }
  if (Array.isArray(data)) return data.map((item) => fill(item, variables));
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [fill(name, variables), fill(value, variables)]),
  );
}
