// The little language of required values in flavors' extra specs: `>= 4`, `s== kvm`, `<or> a <or> b`.
// Authority: nova/scheduler/filters/extra_specs_ops.py of Zed.

const NUMERIC: Record<string, (x: number, y: number) => boolean> = {
  "=": (x, y) => x >= y,
  "==": (x, y) => x === y,
  "!=": (x, y) => x !== y,
  ">=": (x, y) => x >= y,
  "<=": (x, y) => x <= y,
};

const TEXTUAL: Record<string, (x: string, y: string) => boolean> = {
  "s==": (x, y) => x === y,
  "s!=": (x, y) => x !== y,
  "s<": (x, y) => x < y,
  "s<=": (x, y) => x <= y,
  "s>": (x, y) => x > y,
  "s>=": (x, y) => x >= y,
  "<in>": (x, y) => x.includes(y),
};

/** Does `value` satisfy `requirement`? Without an operator they must be equal. */
export function matchesRequirement(value: string, requirement: string): boolean {
  const [operator, ...words] = requirement.split(/\s+/).filter((word) => word !== "");
  if (operator === "<or>") return words.filter((word) => word !== "<or>").includes(value);
  if (operator === "<all-in>") return words.length > 0 && words.every((word) => value.includes(word));
  const [wanted] = words;
  const numeric = NUMERIC[operator ?? ""];
  if (numeric) return wanted !== undefined && numeric(Number(value), Number(wanted));
  const textual = TEXTUAL[operator ?? ""];
  if (textual) return wanted !== undefined && textual(value, wanted);
  return value === requirement;
}
