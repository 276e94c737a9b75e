// One field of a form with its label, help and problem.

import { useId } from "preact/hooks";
import type { Field, Value } from "./form.tsx";

interface ControlProps {
  field: Field;
  value: Value;
  problem: string | null;
  onChange(value: Value): void;
}

export function Control({ field, value, problem, onChange }: ControlProps) {
  const id = useId();
  const { label, help, required, kind = "text" } = field;
  const notes = [help && `${id}-help`, problem && `${id}-problem`].filter(Boolean).join(" ") || undefined;
  const shared = {
    id,
    name: field.name,
    "aria-describedby": notes,
    "aria-invalid": problem !== null,
    "aria-required": required,
  };
  if (kind === "checkbox") {
    return (
      <div class="field check">
        <input
          {...shared}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        <label for={id}>{label}</label>
        <Notes id={id} help={help} problem={problem} />
      </div>
    );
  }
  if (kind === "choices") {
    const chosen = value as string[];
    return (
      <fieldset class="field choices" aria-describedby={notes}>
        <legend>{label}</legend>
        {(field.options ?? []).map((option) => (
          <label key={option.value}>
            <input
              type="checkbox"
              name={field.name}
              checked={chosen.includes(option.value)}
              onChange={(event) =>
                onChange(
                  event.currentTarget.checked
                    ? [...chosen, option.value]
                    : chosen.filter((one) => one !== option.value),
                )
              }
            />
            {option.label}
          </label>
        ))}
        {field.options?.length === 0 && <p class="muted">None.</p>}
        <Notes id={id} help={help} problem={problem} />
      </fieldset>
    );
  }
  return (
    <div class="field">
      <label for={id}>
        {label}
        {required && (
          <span class="required" aria-hidden="true">
            {" "}
            *
          </span>
        )}
      </label>
      {kind === "select" ? (
        <select {...shared} value={String(value)} onChange={(event) => onChange(event.currentTarget.value)}>
          {!required && <option value="">{field.none ?? "-"}</option>}
          {(field.options ?? []).map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
          {required && field.options?.length === 0 && <option value="">None available</option>}
        </select>
      ) : kind === "textarea" ? (
        <textarea
          {...shared}
          rows={field.rows ?? 4}
          placeholder={field.placeholder}
          spellcheck={false}
          value={String(value ?? "")}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      ) : kind === "file" ? (
        <input
          {...shared}
          type="file"
          accept={field.accept}
          onChange={(event) => onChange(event.currentTarget.files?.[0] ?? null)}
        />
      ) : (
        <input
          {...shared}
          type={kind as "text"} // the types of Preact want each kind apart
          min={field.min}
          max={field.max}
          placeholder={field.placeholder}
          autocomplete={field.autocomplete ?? "off"}
          value={String(value ?? "")}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
      <Notes id={id} help={help} problem={problem} />
    </div>
  );
}

function Notes({ id, help, problem }: { id: string; help: string | undefined; problem: string | null }) {
  return (
    <>
      {help && (
        <p id={`${id}-help`} class="help">
          {help}
        </p>
      )}
      {problem && (
        <p id={`${id}-problem`} class="problem">
          {problem}
        </p>
      )}
    </>
  );
}
