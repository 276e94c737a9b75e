// Forms from a list of fields: labels, help, checks, tabs, and the service's own words when it refuses.

import { useId, useRef, useState } from "preact/hooks";
import { messageOf } from "../api/http.ts";
import { openDialog } from "../core/dialogs.ts";
import { flash } from "../core/flash.ts";
import { Dialog } from "./dialog.tsx";
import { Control } from "./field.tsx";

export interface Option {
  value: string;
  label: string;
}

/** Text for most, several values for `choices`, a File for `file`. */
export type Value = string | boolean | string[] | File | null;
export type Values = Record<string, Value>;

export interface Field {
  name: string;
  label: string;
  kind?: "text" | "password" | "email" | "number" | "textarea" | "select" | "choices" | "checkbox" | "file";
  value?: Value;
  required?: boolean;
  help?: string;
  options?: readonly Option[];
  /** What choosing nothing is called. */
  none?: string;
  min?: number;
  max?: number;
  rows?: number;
  placeholder?: string;
  autocomplete?: "off" | "new-password";
  accept?: string;
  /** On which tab; forms without tabs leave it out. */
  tab?: string;
  /** Shown only while this holds. */
  when?(values: Values): boolean;
  /** What is wrong with a value, or null. */
  check?(value: Value, values: Values): string | null;
}

export interface FormSpec {
  title: string;
  intro?: string;
  button: string;
  wide?: boolean;
  fields: readonly Field[];
  submit(values: Values): Promise<unknown>;
  /** Said when it went well; null when `submit` says it itself. */
  done: string | ((values: Values) => string) | null;
}

export function openForm(spec: FormSpec): void {
  openDialog((close) => <FormDialog spec={spec} close={close} />);
}

/** Opens a form that needs to know something first. */
export async function offering<T>(wanted: Promise<T>, open: (found: T) => void): Promise<void> {
  try {
    open(await wanted);
  } catch (error) {
    flash("error", messageOf(error));
  }
}

/** The trimmed text of a field. */
export const textOf = (values: Values, name: string): string => String(values[name] ?? "").trim();
export const numberOf = (values: Values, name: string): number => Number(values[name]);
export const listOf = (values: Values, name: string): string[] =>
  (values[name] as string[] | undefined) ?? [];

function FormDialog({ spec, close }: { spec: FormSpec; close(): void }) {
  const { fields, title, intro, button, wide = false } = spec;
  const [values, setValues] = useState<Values>(() =>
    Object.fromEntries(fields.map((field) => [field.name, initial(field)])),
  );
  const [problems, setProblems] = useState<Record<string, string>>({});
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const tabs = [...new Set(fields.flatMap(({ tab }) => tab ?? []))];
  const [tab, setTab] = useState(tabs[0]);
  const formId = useId();
  const shown = fields.filter((field) => field.when?.(values) ?? true);

  const submit = async (event: Event) => {
    event.preventDefault();
    const found = Object.fromEntries(
      shown.flatMap((field) => {
        const problem = problemOf(field, values);
        return problem === null ? [] : [[field.name, problem]];
      }),
    );
    setProblems(found);
    const first = shown.find(({ name }) => found[name] !== undefined);
    if (first) {
      if (first.tab) setTab(first.tab);
      setTimeout(() => form.current?.querySelector<HTMLElement>(`[name="${first.name}"]`)?.focus());
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await spec.submit(values);
      if (spec.done !== null) flash("success", typeof spec.done === "string" ? spec.done : spec.done(values));
      close();
    } catch (thrown) {
      setError(messageOf(thrown));
      setBusy(false);
    }
  };

  return (
    <Dialog title={title} onClose={close} wide={wide}>
      <form ref={form} class="dialog-form" noValidate onSubmit={submit}>
        {tabs.length > 0 && (
          <div class="tabs" role="tablist" aria-label={title}>
            {tabs.map((name) => (
              <button
                key={name}
                type="button"
                role="tab"
                id={`${formId}-${name}`}
                aria-selected={name === tab}
                onClick={() => setTab(name)}
              >
                {name}
              </button>
            ))}
          </div>
        )}
        <div class="dialog-body">
          {intro && <p class="intro">{intro}</p>}
          {shown
            .filter((field) => tabs.length === 0 || field.tab === tab)
            .map((field) => (
              <Control
                key={field.name}
                field={field}
                value={values[field.name] ?? null}
                problem={problems[field.name] ?? null}
                onChange={(value) => setValues((old) => ({ ...old, [field.name]: value }))}
              />
            ))}
          {error && (
            <p class="form-error" role="alert">
              {error}
            </p>
          )}
        </div>
        <footer>
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={busy}>
            {busy ? "Working…" : button}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function initial({ kind, value, options, required }: Field): Value {
  if (value !== undefined) return value;
  if (kind === "checkbox") return false;
  if (kind === "choices") return [];
  if (kind === "file") return null;
  if (kind === "select" && required) return options?.[0]?.value ?? "";
  return "";
}

function problemOf(field: Field, values: Values): string | null {
  const value = values[field.name] ?? null;
  const missing =
    value === null || (typeof value === "string" && value.trim() === "") || (value as string[]).length === 0;
  if (missing && field.required) return "This field is required.";
  if (!missing && field.kind === "number") {
    const n = Number(value);
    const { min = 0, max = Number.MAX_SAFE_INTEGER } = field;
    if (!Number.isInteger(n)) return "A whole number is needed.";
    if (n < min) return `At least ${min}.`;
    if (n > max) return `At most ${max}.`;
  }
  return field.check?.(value, values) ?? null;
}
